// ical.js, the reader of Thunderbird: node ical_js.cjs FOLDER-WITH-NODE_MODULES FEED
"use strict";
const { readFileSync } = require("node:fs");
const { createRequire } = require("node:module");
const found = createRequire(`${process.argv[2]}/`)("ical.js");
const ICAL = found.default ?? found;

const calendar = new ICAL.Component(ICAL.parse(readFileSync(process.argv[3], "utf8")));
const when = (time) => (time.isDate ? time.toString() : time.toJSDate().toISOString().replace(".000Z", "Z"));
const events = calendar.getAllSubcomponents("vevent").map((component) => {
  const event = new ICAL.Event(component);
  const status = component.getFirstPropertyValue("status");
  return [event.uid, when(event.startDate), when(event.endDate), event.summary, event.location, status];
});
process.stdout.write(JSON.stringify(events));
