import * as echarts from "echarts";
import type { Picture } from "./part.ts";

const size = { width: 840, height: 380 };

/** A picture as SVG: without scripts, on white, in the colours of a palette that colour-blind people can tell apart. */
export function drawn({ option }: Picture): string {
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, ...size });
  chart.setOption({
    // Paul Tol's "bright" palette.
    color: ["#4477AA", "#EE6677", "#228833", "#CCBB44", "#66CCEE", "#AA3377", "#BBBBBB"],
    animation: false,
    backgroundColor: "#fff",
    textStyle: { fontFamily: "sans-serif", fontSize: 13 },
    grid: { left: 20, right: 40, top: 70, bottom: 20, containLabel: true },
    ...option,
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return `${svg}\n`;
}
