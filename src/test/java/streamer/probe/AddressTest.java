package streamer.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {
    @ParameterizedTest
    @CsvSource({
        "localhost:8080, http://localhost:8080/, localhost:8080",
        "example.com, http://example.com/, example.com",
        "HTTPS://Example.com:443/a?b#c, https://example.com/a?b, example.com",
        "https://example.com:80?x=1, https://example.com:80/?x=1, example.com:80",
        "http://[::1]:8080/, http://[::1]:8080/, [::1]:8080",
        "http://my_service/, http://my_service/, my_service",
        "http://alice:secret@host/, http://host/, host",
        "http://bücher.example/, http://xn--bcher-kva.example/, xn--bcher-kva.example",
    })
    void aUrlIsTakenApart(String url, String shown, String authority) {
        assertThat(Address.of(url)).hasToString(shown);
        assertThat(Address.of(url).authority()).isEqualTo(authority);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "ftp://x/",
                "http://",
                "http:///x",
                "http://a b/",
                "http://a/b c",
                "http://a:0/",
                "http://a:65536/",
                "http://a:x/",
                "http://a/\r\nX: y",
                "http://a/ü",
                "http://a\033[1mb/",
                "http://a\u009bb/",
                "/path",
                "[::1"
            })
    void whatIsNoUrlIsRefused(String url) {
        assertThatThrownBy(() -> Address.of(url)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "https://other/x, https://other/x",
        "//other/x, http://other/x",
        "/x?y, http://host/x?y",
        "x, http://host/a/x",
        "https://host/a/b, https://host/a/b",
        "?x=1, http://host/a/b?x=1",
        "#x, http://host/a/b?c",
        "'', http://host/a/b?c",
        "y?z=../a, http://host/a/y?z=../a",
        "../x, http://host/x",
        "../../../x/./y/..?z, http://host/x/?z",
        "/x/../../y/., http://host/y/",
        "/..a/b...//c, http://host/..a/b...//c",
        "., http://host/a/",
        ".., http://host/",
        "a bü[|]?, http://host/a/a%20b%FC[|]?%9B",
        "http://other/a b#c, http://other/a%20b",
    })
    void aRedirectLeadsOn(String location, String to) {
        assertThat(Address.of("http://me:secret@host/a/b?c").resolve(location)).hasToString(to);
    }

    @Test
    void credentialsStayWithTheirServer() {
        var address = Address.of("http://me:p%40ss@host/");
        assertThat(address.authorization()).hasValue("Basic bWU6cEBzcw==");
        assertThat(address.resolve("/x").authorization()).isPresent();
        assertThat(address.resolve("http://host/x").authorization()).isPresent();
        assertThat(address.resolve("https://host/x").authorization()).isEmpty();
        assertThat(address.resolve("http://other/x").authorization()).isEmpty();
        assertThat(Address.of("http://host/").authorization()).isEmpty();
    }
}
