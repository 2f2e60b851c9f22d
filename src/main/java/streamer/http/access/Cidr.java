package streamer.http.access;

import java.math.BigInteger;
import java.net.InetAddress;

/**
 * A CIDR block of addresses (RFC 4632, 3.1), or a single one.
 *
 * @param network an address in it
 * @param bits the prefix length: how many leading bits its addresses share
 */
public record Cidr(InetAddress network, int bits) {
    /**
     * Parses {@code 10.0.0.0/8}, {@code fd00::/8} or {@code 127.0.0.1}.
     *
     * @throws IllegalArgumentException if it is none of these
     */
    public static Cidr parse(String text) {
        var slash = text.indexOf('/');
        var address = IpLiteral.parse(slash < 0 ? text : text.substring(0, slash));
        var digits = slash < 0 ? "" : text.substring(slash + 1);
        var longest =
                address.map(found -> found.getAddress().length * Byte.SIZE).orElse(0);
        if (address.isEmpty() || (slash >= 0 && !digits.matches("\\d{1,3}"))) {
            throw new IllegalArgumentException("'" + text + "' is not an address or a block like 10.0.0.0/8");
        }
        var bits = slash < 0 ? longest : Integer.parseInt(digits);
        if (bits > longest) {
            throw new IllegalArgumentException("'" + text + "' has more than " + longest + " bits");
        }
        return new Cidr(address.get(), bits);
    }

    /** Whether the block contains the address. */
    boolean contains(InetAddress address) {
        var ours = network.getAddress();
        var theirs = address.getAddress();
        return ours.length == theirs.length
                && new BigInteger(1, ours)
                        .xor(new BigInteger(1, theirs))
                        .shiftRight(ours.length * Byte.SIZE - bits)
                        .equals(BigInteger.ZERO);
    }
}
