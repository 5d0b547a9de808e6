-- time, holder, lease, and each key with its number: 1 if the lease had not run out
local holder, lease = ARGV[2], tonumber(ARGV[3])

write_though_full()
if lease == 0 then
    -- What it held is let go by the collector, a little at a time.
    set_lease(holder, 0, true)
    return 0
end
local ends = tonumber(redis.call('ZSCORE', leases, holder))
local in_time = ends and not is_over(ends) and redis.call('SISMEMBER', lapsed, holder) == 0
set_lease(holder, now + lease, false)
for i = 4, #ARGV, 2 do
    if redis.call('EXISTS', entry_of(ARGV[i])) == 1 then take(ARGV[i], holder, ARGV[i + 1]) end
end
return in_time and 1 or 0
