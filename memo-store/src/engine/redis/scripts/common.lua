-- What all scripts begin with: the names of the rows, and the steps of `rules.rs` that several of them take.
--
-- KEYS[1] is what all names begin with, in braces, so that all of them are in one slot. Which ones a script needs only the rows say.
-- ARGV[1] is the time in milliseconds, or nothing: then the server's counts.

local base = KEYS[1]

-- In the order of time.
local idle, leases = base .. ':idle', base .. ':leases'
-- What the times lack: who is to be told that its lease had run out, and what the next pass deletes.
local lapsed, doomed = base .. ':lapsed', base .. ':doomed'

local function entry_of(key) return base .. ':entry:' .. key end
-- Holder to number.
local function holds_on(key) return base .. ':holds:' .. key end
-- The same, the other way round.
local function held_by(holder) return base .. ':held:' .. holder end
-- Holder, 16 bytes, and its end.
local function claim_of(key) return base .. ':claim:' .. key end

local now = tonumber(ARGV[1])
if not now then
    local time = redis.call('TIME')
    now = time[1] * 1000 + math.floor(time[2] / 1000)
end

-- As in `rules.rs`: what ends later was written by a clock that was ahead.
local longest = 24 * 60 * 60 * 1000

-- Of times: Lua itself would write only 14 digits.
local function text(number) return string.format('%.0f', number) end

local function is_over(ends) return ends <= now or ends > now + longest end

-- Of hold numbers. They are compared as they are written, without leading zeros: as numbers, Lua would forget the last digits of large ones.
local function less(a, b)
    if #a ~= #b then return #a < #b end
    return a < b
end

-- A full server refuses a script's first write, unless it only takes away. Renewing, releasing and collecting are to go on there, or it would stay
-- full: so they begin with a write that takes away nothing.
local function write_though_full() redis.call('DEL', base .. ':nothing') end

local function set_lease(holder, ends, has_lapsed)
    redis.call('ZADD', leases, text(ends), holder)
    redis.call(has_lapsed and 'SADD' or 'SREM', lapsed, holder)
end

local function set_busy(key)
    redis.call('ZREM', idle, key)
    redis.call('SREM', doomed, key)
end

local function take(key, holder, number)
    local before = redis.call('HGET', holds_on(key), holder)
    if not before or less(before, number) then redis.call('HSET', holds_on(key), holder, number) end
    if not before then redis.call('SADD', held_by(holder), key) end
    set_busy(key)
end

local function hold(key, holder, number, lease)
    take(key, holder, number)
    local ends = tonumber(redis.call('ZSCORE', leases, holder))
    -- It may have lost other holds with the lease that it had: its next renewal is to tell it.
    if not ends or is_over(ends) then set_lease(holder, now + lease, true) end
end

local function let_go(key, holder)
    redis.call('HDEL', holds_on(key), holder)
    redis.call('SREM', held_by(holder), key)
    if redis.call('EXISTS', entry_of(key)) == 1 and redis.call('EXISTS', holds_on(key)) == 0 then
        redis.call('ZADD', idle, text(now), key)
        redis.call('SREM', doomed, key)
    end
end

local function end_claim(key, holder)
    local claim = redis.call('GET', claim_of(key))
    if claim and claim:sub(1, 16) == holder then redis.call('DEL', claim_of(key)) end
end

local function delete(key)
    for _, holder in ipairs(redis.call('HKEYS', holds_on(key))) do redis.call('SREM', held_by(holder), key) end
    redis.call('DEL', holds_on(key))
    set_busy(key)
    local bytes = redis.call('STRLEN', entry_of(key))
    redis.call('UNLINK', entry_of(key))
    return bytes
end
