// node-ical, the reader of many small programs and mirrors on walls: node node_ical.cjs FOLDER-WITH-NODE_MODULES FEED
"use strict";
const { readFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const ical = createRequire(`${process.argv[2]}/`)("node-ical");

const two = (number) => String(number).padStart(2, "0");
const when = (time, isDay) =>
  isDay
    ? `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`
    : new Date(time).toISOString().replace(".000Z", "Z");
const events = Object.values(ical.sync.parseICS(readFileSync(process.argv[3], "utf8")))
  .filter((one) => one.type === "VEVENT")
  .map((one) => {
    const isDay = one.datetype === "date";
    return [one.uid, when(one.start, isDay), when(one.end, isDay), one.summary, one.location, one.status];
  });
process.stdout.write(JSON.stringify(events));
