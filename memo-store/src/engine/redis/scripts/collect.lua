-- time, at most, grace: how many lapsed, were doomed, were deleted, their bytes, and 1 if there was more to do
local at_most, grace = tonumber(ARGV[2]), tonumber(ARGV[3])
local ended, marked, deleted, bytes, more = 0, 0, 0, 0, false

write_though_full()

local function end_leases(from, to)
    local over = redis.call('ZRANGEBYSCORE', leases, from, to, 'LIMIT', 0, at_most)
    more = more or #over == at_most
    for _, holder in ipairs(over) do
        local room = at_most - ended
        local keys = room > 0 and redis.call('SRANDMEMBER', held_by(holder), room) or {}
        for _, key in ipairs(keys) do let_go(key, holder) end
        ended = ended + #keys
        if #keys < room then
            redis.call('ZREM', leases, holder)
            redis.call('SREM', lapsed, holder)
        else
            redis.call('SADD', lapsed, holder)
            more = true
        end
    end
end
end_leases('-inf', text(now))
end_leases('(' .. text(now + longest), '+inf')

-- A clock that was ahead must not keep what is idle for ever.
local ahead = redis.call('ZRANGEBYSCORE', idle, '(' .. text(now), '+inf', 'LIMIT', 0, at_most)
for _, key in ipairs(ahead) do redis.call('ZADD', idle, text(now), key) end
more = more or #ahead == at_most

for _, key in ipairs(redis.call('ZRANGEBYSCORE', idle, '-inf', text(now - grace), 'LIMIT', 0, at_most)) do
    if redis.call('SISMEMBER', doomed, key) == 0 then
        redis.call('SADD', doomed, key)
        marked = marked + 1
    elseif redis.call('EXISTS', holds_on(key)) == 0 then
        bytes = bytes + delete(key)
        deleted = deleted + 1
    else
        set_busy(key)
    end
end
more = more or marked > 0 or deleted == at_most

return { ended, marked, deleted, bytes, more and 1 or 0 }
