package streamer.http.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.undertow.util.HeaderMap;
import io.undertow.util.HttpString;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.OptionalInt;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import streamer.http.AccessLine;
import streamer.http.request.CgiEnvironment;
import streamer.http.request.PathPattern;

/** What parses text from outside neither throws nor lets anything through that is not what it seems. */
class OutsideTextPropertyTest {
    /** Text that is nearly right. */
    @Provide
    Arbitrary<String> nearly() {
        var pieces = Arbitraries.of(
                "localhost",
                "127.0.0.1",
                "::1",
                "[",
                "]",
                ":",
                "80",
                ".",
                "evil",
                "@",
                "/",
                "\\",
                "\"",
                "for=",
                ";",
                ",",
                "proto=",
                "host=",
                "https",
                "http://",
                "%",
                " ",
                "\t",
                "\u0000",
                "\u00e9",
                "_x",
                "10.0.0.1",
                "256",
                "fd00::");
        return Arbitraries.oneOf(pieces, Arbitraries.strings().ofMaxLength(3))
                .list()
                .ofMaxSize(12)
                .map(parts -> String.join("", parts));
    }

    @Provide
    Arbitrary<byte[]> addresses() {
        return Arbitraries.of(4, 16)
                .flatMap(length -> Arbitraries.bytes().array(byte[].class).ofSize(length));
    }

    @Property
    void anAuthorityIsOneAndStaysTheSame(@ForAll("nearly") String text) {
        Authority.parse(text).ifPresent(authority -> {
            assertThat(authority.host()).matches("[a-z0-9._-]+|\\[[0-9a-f:]+]").doesNotEndWith("..");
            assertThat(authority.port().orElse(0)).isBetween(0, 65_535);
            assertThat(Authority.parse(authority.host()).orElseThrow().host())
                    .isEqualTo(authority.host().replaceFirst("\\.$", ""));
        });
    }

    @Example
    void aNameWithAnEmptyLabelIsNone() {
        assertThat(List.of(".", "..", ".a", "a..", "a..b", "..:80"))
                .allMatch(text -> Authority.parse(text).isEmpty());
        assertThat(Authority.parse("a.".repeat(200_000))).isPresent();
        assertThat(Authority.parse("a.b.:80")).hasValue(new Authority("a.b", OptionalInt.of(80)));
    }

    /** Names that nearly belong to this machine. */
    @Provide
    Arbitrary<String> local() {
        return Arbitraries.of(
                        "localhost", "LOCALHOST", "127", "0", "1", "255", ".", ".", ".", "x", "::1", "[", "]", ":0")
                .list()
                .ofMaxSize(7)
                .map(parts -> String.join("", parts));
    }

    @Property
    void onlyLoopbackPassesForLoopback(@ForAll("local") String text) throws UnknownHostException {
        var authority = Authority.parse(text);
        if (authority.filter(Authority::isLoopback).isPresent()) {
            var host = authority.get().host();
            assertThat(host.matches("(.+\\.)?localhost")
                            || InetAddress.getByName(host).isLoopbackAddress())
                    .isTrue();
        }
    }

    @Property
    void anOriginIsAtItsOwnAuthority(@ForAll("nearly") String text) {
        Origin.parse(text).ifPresent(origin -> {
            assertThat(origin.isAt(origin.authority())).isTrue();
            assertThat(origin.isSameAs(origin)).isTrue();
            assertThat(text).doesNotContain("\n").startsWithIgnoringCase("http");
        });
    }

    @Property
    void aBlockHoldsWhatSharesItsFirstBits(
            @ForAll("addresses") byte[] network,
            @ForAll("addresses") byte[] other,
            @ForAll @IntRange(max = 128) int some)
            throws UnknownHostException {
        var bits = some % (network.length * 8 + 1);
        var literal = InetAddress.getByAddress(network).getHostAddress();
        var block = Cidr.parse(literal + "/" + bits);
        var address = InetAddress.getByAddress(other);
        assertThat(block.contains(InetAddress.getByName(literal))).isTrue();
        assertThat(block.contains(address))
                .isEqualTo(sharesBits(block.network().getAddress(), address.getAddress(), bits));
    }

    private static boolean sharesBits(byte[] one, byte[] other, int bits) {
        if (one.length != other.length) {
            return false;
        }
        for (var bit = 0; bit < bits; bit++) {
            var mask = 0x80 >> bit % 8;
            if ((one[bit / 8] & mask) != (other[bit / 8] & mask)) {
                return false;
            }
        }
        return true;
    }

    @Property
    void aBlockIsReadOrRefused(@ForAll("nearly") String text) {
        try {
            assertThat(Cidr.parse(text).bits()).isBetween(0, 128);
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageContaining("'" + text + "'");
        }
    }

    @Property
    void forwardingHeadersNameAnAddressOrNothing(
            @ForAll("nearly") String list, @ForAll("nearly") String standard, @ForAll boolean both) {
        var headers = new HeaderMap();
        headers.add(new HttpString("Forwarded"), standard);
        if (both) {
            headers.add(new HttpString("X-Forwarded-For"), list);
            headers.add(new HttpString("X-Forwarded-Proto"), standard);
        }
        var forwarded = Forwarded.of(headers, InetAddress::isLoopbackAddress);
        assertThat(String.valueOf(forwarded.scheme())).isIn("null", "http", "https");
        var client = forwarded.client();
        if (client != null) {
            assertThat(client.isUnresolved()).isFalse();
        }
    }

    @Property
    void aClientCannotAddToWhatAProxySays(@ForAll @Size(max = 5) List<@From("nearly") String> claims) {
        var headers = new HeaderMap();
        var list = String.join(",", claims).replace("\"", "");
        headers.add(new HttpString("X-Forwarded-For"), list + ", 203.0.113.9, 127.0.0.1");
        var client = Forwarded.of(headers, InetAddress::isLoopbackAddress).client();
        assertThat(String.valueOf(client)).isEqualTo("/203.0.113.9:0");
    }

    @Property
    void aVariablesNameIsPlain(@ForAll String name) {
        assertThat(CgiEnvironment.variableName(name)).matches("[A-Z0-9_]*").hasSizeGreaterThanOrEqualTo(0);
    }

    @Property
    void anAccessLineIsOneLineOfPrintableAscii(
            @ForAll String method, @ForAll String path, @ForAll String user, @ForAll String why) {
        var line = new AccessLine("127.0.0.1", user, method, path, 200, 1, 0.5, null, null, null);
        assertThat(line.toString()).matches("[ -~]*");
        assertThat(line.toString().split(" ", -1)).hasSize(7);
        var refused = new AccessLine("127.0.0.1", user, method, path, 400, 1, 0.5, null, why, null);
        assertThat(refused.toString()).matches(".* why=\"[ !#-~]*\"").matches("[ -~]*");
    }

    @Property
    void aPathPatternIsReadOrRefused(@ForAll("nearly") String text) {
        try {
            var pattern = PathPattern.parse(text);
            assertThat(text).startsWith("/").doesNotContainPattern("\\*.|[^/]\\*|[?#]");
            assertThat(pattern.match(text.replaceFirst("/\\*$", "/x"))).isPresent();
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageContaining(text);
        }
    }
}
