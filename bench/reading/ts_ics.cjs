// ts-ics, written in TypeScript from the RFC: node ts_ics.cjs FOLDER-WITH-NODE_MODULES FEED
"use strict";
const { readFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const { convertIcsCalendar } = createRequire(`${process.argv[2]}/`)("ts-ics");

const when = (found) => {
  const written = found.date.toISOString();
  return found.type === "DATE" ? written.slice(0, 10) : written.replace(".000Z", "Z");
};
const calendar = convertIcsCalendar(undefined, readFileSync(process.argv[3], "utf8"));
const events = (calendar.events ?? []).map((one) => [
  one.uid, when(one.start), when(one.end), one.summary, one.location, one.status,
]);
process.stdout.write(JSON.stringify(events));
