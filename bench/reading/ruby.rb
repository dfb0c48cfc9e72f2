# The icalendar gem: ruby ruby.rb FEED
require "icalendar"
require "json"
require "stringio"

def told(time)
  return time.strftime("%Y-%m-%d") if time.is_a?(Icalendar::Values::Date)

  time.to_time.utc.strftime("%Y-%m-%dT%H:%M:%SZ")
end

events = Icalendar::Calendar.parse(File.read(ARGV.last, encoding: "UTF-8")).flat_map(&:events)
puts JSON.generate(events.map { |one|
  [one.uid, told(one.dtstart), told(one.dtend), one.summary, one.location, one.status].map(&:to_s)
})
