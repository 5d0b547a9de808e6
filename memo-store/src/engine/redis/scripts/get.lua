-- time, key, holder, number, lease, claim: the entry, or nil, or 0 where another holder computes it
local key, holder, number, lease, claim = ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5]), tonumber(ARGV[6])

local entry = redis.call('GET', entry_of(key))
if entry then
    write_though_full()
    hold(key, holder, number, lease)
    return entry
end
if claim == 0 then return false end
local other = redis.call('GET', claim_of(key))
if other and other:sub(1, 16) ~= holder and not is_over(tonumber(other:sub(17)) or 0) then return 0 end
write_though_full()
redis.call('SET', claim_of(key), holder .. text(now + claim))
redis.call('PEXPIREAT', claim_of(key), text(now + claim))
return false
