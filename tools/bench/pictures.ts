import * as echarts from "echarts";
import type { Picture } from "./part.ts";

const size = { width: 840, height: 380 };

const theme = {
  // Paul Tol's "bright" palette: colour-blind people can tell its colours apart.
  color: ["#4477AA", "#EE6677", "#228833", "#CCBB44", "#66CCEE", "#AA3377", "#BBBBBB"],
  backgroundColor: "#fff",
  textStyle: { fontFamily: "sans-serif", fontSize: 13 },
  title: { left: 16, top: 12, textStyle: { fontSize: 16 } },
  legend: { left: 16, top: 46 },
  grid: { left: 20, right: 50, top: 80, bottom: 20, containLabel: true },
};

/** A picture as SVG, without scripts and on white. */
export function drawn({ option }: Picture): string {
  const chart = echarts.init(null, theme, { renderer: "svg", ssr: true, ...size });
  chart.setOption({ animation: false, ...option });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return `${svg}\n`;
}
