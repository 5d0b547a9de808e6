-- time, key, holder, number, lease, entry
local key, holder, number, lease, entry = ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5]), ARGV[6]

-- This is the first write, which a full server refuses: then nothing has been done.
if redis.call('EXISTS', entry_of(key)) == 0 then redis.call('SET', entry_of(key), entry) end
write_though_full()
hold(key, holder, number, lease)
end_claim(key, holder)
return true
