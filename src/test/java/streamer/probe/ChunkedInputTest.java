package streamer.probe;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkedInputTest {
    private static InputStream chunked(String text) {
        return new ChunkedInput(new ByteArrayInputStream(text.getBytes(ISO_8859_1)));
    }

    private static String read(String text) throws IOException {
        return new String(chunked(text).readAllBytes(), ISO_8859_1);
    }

    @Test
    void chunksAreJoined() throws IOException {
        assertThat(read("3\r\none\r\n0a ;x=\"y\"\r\n0123456789\r\n0\r\n\r\n")).isEqualTo("one0123456789");
        assertThat(read("0\r\n\r\n")).isEmpty();
        assertThat(read("2\nhi\n0\nTrailer: x\n\nnext")).isEqualTo("hi");
    }

    @Test
    void aReadReturnsAChunkAtMost() throws IOException {
        var in = chunked("3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n");
        assertThat(in.read(new byte[10])).isEqualTo(3);
        assertThat(in.read(new byte[10])).isEqualTo(3);
        assertThat(in.read()).isEqualTo(-1);
        assertThat(in.read()).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "3", "3\r\n", "3\r\non", "3\r\none", "3\r\none\r\n", "3\r\none\r\n0\r\n", "0\r\nA: b\r\n"})
    void whatIsCutOffIsNoEnd(String text) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(EOFException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x\r\n",
                "-1\r\n",
                "\r\n",
                "+3\r\none\r\n",
                "0x3\r\none",
                "3 3\r\none",
                "ffffffffffffffff\r\n",
                "2\r\none\r\n"
            })
    void aBadSizeIsMalformed(String text) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(ProbeException.class).hasMessageContaining("malformed");
    }

    @Test
    void aLineWithoutEndIsMalformed() {
        assertThatThrownBy(() -> new ChunkedInput(new Endless()).readAllBytes())
                .isInstanceOf(ProbeException.class)
                .hasMessage("the answer is malformed: a line or a head without end");
        assertThatThrownBy(() -> read("0\r\n" + "A: b\r\n".repeat(100_000))).isInstanceOf(ProbeException.class);
    }

    /** {@code 1111…} */
    private static final class Endless extends InputStream {
        @Override
        public int read() {
            return '1';
        }
    }
}
