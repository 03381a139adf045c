import { describe, expect, it } from "vitest";
import { hasAny, hasWorkingHours, workingHoursFrom } from "../../lib/exchange/workingHours.ts";

const zone = "W. Europe Standard Time";
const office = {
  WorkDays: ["Monday", "weekdays", "Saturday"],
  WorkingHoursStartTime: "8:30",
  WorkingHoursEndTime: "17:00:00",
  WeekStartDay: "monday",
};
const present = {
  WorkDays: "Saturday, Monday,Tuesday, Wednesday, Thursday, Friday",
  WorkingHoursStartTime: "08:30:00",
  WorkingHoursEndTime: "17:00:00",
  WorkingHoursTimeZone: "w. europe standard time",
  WeekStartDay: "Monday",
};

describe("working hours", () => {
  it("are read as days, times of the option's time zone, and the first day of the week", () => {
    expect(workingHoursFrom(office, zone)).toEqual({
      days: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"],
      start: "08:30:00",
      end: "17:00:00",
      timeZone: zone,
      weekStart: "Monday",
    });
  });

  it("are only what is given", () => {
    expect(workingHoursFrom({}, zone)).toEqual({});
    expect(hasAny(workingHoursFrom({}, zone))).toBe(false);
    expect(workingHoursFrom({ WeekStartDay: "Monday" }, zone)).toEqual({ weekStart: "Monday" });
    expect(workingHoursFrom({ WorkDays: ["None"] }, zone)).toEqual({ days: [] });
  });

  it.each([
    [{ WorkDays: ["Holidays"] }, /WorkDays .*Holidays/],
    [{ WeekStartDay: "Weekdays" }, /WeekStartDay .*Weekdays/],
    [{ WorkingHoursStartTime: "08:30" }, /belong together; expected both or none/],
    [
      { ...office, WorkingHoursEndTime: "24:00" },
      /WorkingHoursEndTime is "24:00"; expected a time/,
    ],
    [{ ...office, WorkingHoursEndTime: "08:30" }, /expected a time after WorkingHoursStartTime/],
  ])("are refused: %o", (given, message) => {
    expect(() => workingHoursFrom(given, zone)).toThrow(message);
  });

  it.each([
    ["as the service may show them", {}, true],
    ["without one day", { WorkDays: "Weekdays" }, false],
    ["with one day more", { WorkDays: "AllDays" }, false],
    ["from another time", { WorkingHoursStartTime: "08:00:00" }, false],
    ["in another time zone", { WorkingHoursTimeZone: "Pacific Standard Time" }, false],
    ["in another week", { WeekStartDay: "Sunday" }, false],
  ])("are compared with those of the calendar: %s", (_what, other, isSame) => {
    const hours = workingHoursFrom(office, zone);
    expect(hasWorkingHours({ ...present, ...other }, hours)).toBe(isSame);
  });
});
