package streamer.redis;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * What is done in Redis in one step: scripts in Lua, by the SHA-1 of their text.
 *
 * <p>An entry of an output has the id {@code <offset after its last byte>-0}, so that the last one says where the
 * next begins; nothing can be added after the ending, whose id is the last that there can be. Numbers are exact up to
 * 2^53.
 */
enum Scripts {
    /**
     * Appends bytes to an output, where it ends, or beyond if it may begin anew there. Keys: output, run. Arguments: the
     * offset of the first byte, that after the last, the bytes, 1 if those before are not kept, how many bytes are, how
     * long a new one lives.
     */
    APPEND("""
            if redis.call('EXISTS', KEYS[2]) == 0 then return {'unknown'} end
            local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
            if last and last[1] == ENDING then return {'ended', last[2]} end
            local at = tonumber(string.match(last and last[1] or '0-0', '^%d+'))
            local from = tonumber(ARGV[1])
            if at ~= from and not (ARGV[4] == '1' and from > at) then
                return {'at', string.format('%.0f', at)}
            end
            redis.call('XADD', KEYS[1], ARGV[2] .. '-0', 'b', ARGV[3])
            if from > at then redis.call('HSET', KEYS[2], 'from', ARGV[1]) end
            local cut = tonumber(ARGV[2]) - tonumber(ARGV[5])
            if cut > 0 and redis.call('XTRIM', KEYS[1], 'MINID', '~', string.format('%.0f', cut)) > 0 then
                local first = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
                local offset = tonumber(string.match(first[1], '^%d+')) - #first[2][2]
                redis.call('HSET', KEYS[2], 'from', string.format('%.0f', offset))
            end
            if not last then redis.call('PEXPIRE', KEYS[1], ARGV[6]) end
            return {'ok'}
            """),
    /**
     * Ends an output after its last byte. Keys: output, run. Arguments: its length, 1 if what is missing of it is not
     * kept, how long it lives, the fields of the ending.
     */
    END("""
            if redis.call('EXISTS', KEYS[2]) == 0 then return {'unknown'} end
            local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
            if last and last[1] == ENDING then return {'ended', last[2]} end
            local at = tonumber(string.match(last and last[1] or '0-0', '^%d+'))
            if at ~= tonumber(ARGV[1]) and not (ARGV[2] == '1' and tonumber(ARGV[1]) > at) then
                return {'at', string.format('%.0f', at)}
            end
            redis.call('XADD', KEYS[1], ENDING, unpack(ARGV, 4))
            redis.call('PEXPIRE', KEYS[1], ARGV[3])
            redis.call('PEXPIRE', KEYS[2], ARGV[3])
            return {'ok'}
            """),
    /**
     * Ends the output of a run whose machine is gone. Keys: output, run, lease. Arguments: how long it lives, the fields
     * of the ending but for the length.
     */
    LOSE("""
            if redis.call('EXISTS', KEYS[2]) == 0 or redis.call('EXISTS', KEYS[3]) == 1 then return {'unknown'} end
            local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
            if last and last[1] == ENDING then return {'ended', last[2]} end
            local at = string.match(last and last[1] or '0-0', '^%d+')
            redis.call('XADD', KEYS[1], ENDING, 'length', at, unpack(ARGV, 2))
            redis.call('PEXPIRE', KEYS[1], ARGV[1])
            redis.call('PEXPIRE', KEYS[2], ARGV[1])
            return {'ok'}
            """),
    /**
     * What is known of a run: its fields, how it ended, where its output ends, and whether its machine answers. Keys:
     * output, run. Argument: the prefix.
     */
    STATUS("""
            local run = redis.call('HGETALL', KEYS[2])
            if #run == 0 then return {} end
            local ending = redis.call('XRANGE', KEYS[1], ENDING, ENDING)[1]
            local last
            if not ending then last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1] end
            local owner = redis.call('HGET', KEYS[2], 'owner') or ''
            return {
                run, ending and ending[2] or {}, string.match(last and last[1] or '0-0', '^%d+'),
                redis.call('EXISTS', ARGV[1] .. ':owner:' .. owner)
            }
            """),
    /**
     * Entries of an output from an id on: not many more than so many bytes of them. Key: output. Arguments: where they
     * begin, the bytes. Returns them, and 1 if there are no more.
     */
    READ("""
            local from, found, bytes = ARGV[1], {}, 0
            while bytes < tonumber(ARGV[2]) and #found < 1000 do
                local some = redis.call('XRANGE', KEYS[1], from, '+', 'COUNT', 8)
                for _, entry in ipairs(some) do
                    found[#found + 1] = entry
                    bytes = bytes + #entry[2][2]
                end
                if #some < 8 or some[8][1] == ENDING then return {found, 1} end -- no range begins after the last id
                from = '(' .. some[8][1]
            end
            return {found, 0}
            """),
    /** Drops the head of an output that has not ended. Keys: output, run. Argument: the first offset that is kept. */
    TRIM("""
            if redis.call('EXISTS', KEYS[2]) == 0 or #redis.call('XRANGE', KEYS[1], ENDING, ENDING) > 0 then
                return {'unknown'}
            end
            redis.call('XTRIM', KEYS[1], 'MINID', ARGV[1])
            redis.call('HSET', KEYS[2], 'from', ARGV[1])
            return {'ok'}
            """),
    /**
     * Claims a name for a run, unless it stands for another that is known, and, if it is shared, goes on. Keys: the
     * name, the run. Arguments: the prefix, what it stands for, or nothing to look only, how long that lives, 1 if it is
     * shared, the run's fields. Returns what the name stands for; nothing if it is free.
     */
    CLAIM("""
            local held = redis.call('GET', KEYS[1])
            if held and held ~= ARGV[2] then
                local machine, id = string.match(held, '^(.*):(.*)$')
                local of = ARGV[1] .. ':{' .. (id or '') .. '}:'
                if redis.call('EXISTS', of .. 'run') == 1 and (ARGV[4] == '0' or (
                        #redis.call('XRANGE', of .. 'out', ENDING, ENDING) == 0
                        and redis.call('EXISTS', ARGV[1] .. ':owner:' .. machine) == 1)) then
                    return held
                end
            end
            if ARGV[2] == '' then return '' end
            redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
            redis.call('HSET', KEYS[2], unpack(ARGV, 5))
            redis.call('PEXPIRE', KEYS[2], ARGV[3])
            return ARGV[2]
            """),
    /** Lengthens the life of a name, or takes it, if it is free. Key: the name. Arguments: the run, how long it lives. */
    RENEW("""
            local held = redis.call('GET', KEYS[1])
            if not held then
                redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
            elseif held == ARGV[1] then
                redis.call('PEXPIRE', KEYS[1], ARGV[2])
            end
            return 'ok'
            """),
    /** Frees a name, if it stands for this run. Key: the name. Argument: the run. */
    FREE("""
            if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
            return 'ok'
            """);

    /** Both parts of the id of an ending. */
    static final String LAST = "18446744073709551615";

    private static final String LAST_ID = LAST + "-" + LAST;

    private final String text;
    private final String sha;

    Scripts(String text) {
        this.text = text.replace("ENDING", "'" + LAST_ID + "'");
        sha = sha(this.text);
    }

    private static String sha(String of) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(Keys.bytes(of)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // each Java has it
        }
    }

    /** Its source. */
    String text() {
        return text;
    }

    /** The name under which Redis knows it, once it is loaded. */
    String sha() {
        return sha;
    }
}
