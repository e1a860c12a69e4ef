import { MAX_EXACT_CALLS } from "./call-log.js";

/**
 * Sliding-window log: each window is a Redis list of entries, newest first. An entry is `time:calls:total:id`: the time
 * of its last call in milliseconds of Redis's clock, its calls, the calls of the window when it was the newest entry, and
 * the id of its charge. A limit of 3 calls in 60 s, in seconds:
 *
 *     call at   result    used   room in   list afterwards
 *        0      allowed     1      60 s     0:1:1:
 *       20      allowed     2      40 s     20:1:2: 0:1:1:
 *       50      allowed     3      10 s     50:1:3: 20:1:2: 0:1:1:
 *       59      refused     4       1 s     50:1:3: 20:1:2: 0:1:1:
 *       60      allowed     3      20 s     60:1:3: 50:1:3: 20:1:2:     (the call at 0 has left the window)
 *
 * Refused calls are not recorded. A list expires with its newest call. A window of more calls than `partMs` counts one by
 * one adds a call to the newest entry if both are in the same part of its span and neither has an id; of calls with ids
 * the newest 64 keep entries of their own. So a list has about 170 entries at most, whatever its limit.
 *
 * rate-limiter-flexible runs the script with one key and with ARGV = points, seconds, limit, seconds. The script
 * reads `points` as the id of a charge, not as a number of calls:
 *
 * - `1` charges one call that is never given back. Its entry has no id.
 * - a greater number charges one call under that id.
 * - a negative number removes the charge with that id, if it is still there. Repeating it changes nothing.
 *
 * A charge returns `used` and `resetMs` of WindowUsage. A key of another type, or whose newest entry can't be read, is no
 * window: a charge replaces it, and returns `-resetMs`. Further entries that can't be read are dropped, as one call each.
 */
export const CONSUME_SCRIPT = `
local key, charge_id = KEYS[1], ARGV[1]
local span, limit = ARGV[2] * 1000, tonumber(ARGV[3])
local EXACT_CALLS, OWN_ENTRIES = ${MAX_EXACT_CALLS}, 64

local function parse(text)
  local time, calls, total, id = string.match(text, '^(%d+):(%d+):(%d+):(%d*)$')
  -- What can't be read is a call that left the window long ago.
  if not time then return {time = 0, calls = 1, total = 0, id = ''} end
  return {time = tonumber(time), calls = tonumber(calls), total = tonumber(total), id = id}
end
local function read(index)
  local text = redis.call('LINDEX', key, index)
  return text and parse(text)
end
local function format(entry)
  return table.concat({entry.time, entry.calls, entry.total, entry.id}, ':')
end
local function write(index, entry)
  redis.call('LSET', key, index, format(entry))
end
local function remove(index)
  redis.call('LSET', key, index, 'removed')
  redis.call('LREM', key, 1, 'removed')
end

local first = redis.pcall('LINDEX', key, 0)
if type(first) == 'table' then
  if not string.find(first.err, 'WRONGTYPE', 1, true) then return first end
  first = 'another type'
end
local newest = first and parse(first)
local is_foreign = newest and newest.time == 0

if string.sub(charge_id, 1, 1) == '-' then
  if is_foreign then return {0, 0} end
  local id = string.sub(charge_id, 2)
  for index, text in ipairs(redis.call('LRANGE', key, 0, -1)) do
    if parse(text).id == id then
      remove(index - 1)
      local first = read(0)
      if first then
        first.total = newest.total - 1
        write(0, first)
      end
      return {1, 0}
    end
  end
  return {0, 0}
end

local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)

-- Drop the calls that have left the window.
if newest and newest.time + span <= now then
  redis.call('DEL', key)
  newest = false
end
local total = newest and newest.total or 0
local oldest = newest and read(-1)
while oldest and oldest.time + span <= now do
  total = total - oldest.calls
  redis.call('RPOP', key)
  oldest = read(-1)
end
if newest and total ~= newest.total then
  newest.total = total
  write(0, newest)
end

if total >= limit then
  -- After a limit is lowered, more than the oldest entry has to leave before there is room.
  local left, index = total, 0
  repeat
    index = index - 1
    oldest = read(index)
    left = left - oldest.calls
  until left < limit
  return {limit + 1, oldest.time + span - now}
end

local part = limit > EXACT_CALLS and span / EXACT_CALLS or 0
local function is_same_part(a, b)
  return part > 0 and math.floor(a / part) == math.floor(b / part)
end
local id = charge_id == '1' and '' or charge_id

if newest and newest.id == '' and id == '' and is_same_part(newest.time, now) then
  write(0, {time = now, calls = newest.calls + 1, total = total + 1, id = ''})
else
  redis.call('LPUSH', key, format({time = now, calls = 1, total = total + 1, id = id}))
  -- One entry more keeps its own: the one that was the last to do so joins the entry before it.
  local last, before = read(OWN_ENTRIES), read(OWN_ENTRIES + 1)
  if last and before and is_same_part(last.time, before.time) then
    write(OWN_ENTRIES + 1, {time = last.time, calls = last.calls + before.calls, total = 0, id = ''})
    remove(OWN_ENTRIES)
  end
end
redis.call('PEXPIRE', key, span)
local reset_ms = read(-1).time + span - now
return {total + 1, is_foreign and -reset_ms or reset_ms}
`;
