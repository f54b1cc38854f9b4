-- One event's line, by the rule of `line.rs`. Floats travel as text: Redis cuts numbers that it returns.
local now, per_second, burst, number = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local kept = redis.call('HMGET', KEYS[1], 'last', 'admitted', 'moved')
local last = tonumber(kept[1] or '0')
local admitted = tonumber(kept[2] or per_second * burst)
local moved = tonumber(kept[3] or now)
local most = math.max(last + per_second * burst, admitted)
admitted = math.min(admitted + per_second * math.max(now - moved, 0) / 1000, most)
if number == 0 then
    last = last + 1
    number = last
else
    last = math.max(last, number)
end
redis.call('HSET', KEYS[1], 'last', last, 'admitted', string.format('%.17g', admitted), 'moved', math.max(moved, now))
redis.call('EXPIRE', KEYS[1], ARGV[5])
return { number, string.format('%.17g', admitted) }
