package streamer.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import streamer.http.request.RequestConfig;
import streamer.testing.Commands;
import streamer.testing.NothingLeft;
import streamer.testing.StreamClient;
import streamer.testing.TestServer;
import streamer.testing.Wait;

@ExtendWith(NothingLeft.class)
class UploadsTest {
    private static final String BOUNDARY = "----b0undary";

    @Test
    void theOnlyFileIsTheInput() throws IOException {
        var script = "cat; echo; echo $CONTENT_TYPE $CONTENT_LENGTH $STREAMER_FILENAME_DATA_1 $STREAMER_FORM_NOTE";
        try (var server = TestServer.of(Commands.sh(script)).start();
                var client = server.connect()) {
            var form = new Form()
                    .file("data-1", "füße.xml", "text/xml", "<a>ü</a>".getBytes(StandardCharsets.UTF_8))
                    .field("note", "grün");
            assertThat(form.post(client).text()).isEqualTo("<a>ü</a>\ntext/xml 9 füße.xml grün\n");
        }
    }

    @Test
    void severalFilesAreNamed() throws IOException {
        var script =
                "cat; cat \"$STREAMER_FILE_A\" \"$STREAMER_FILE_B\"; stat -c %a \"$STREAMER_FILE_A\"; echo ${CONTENT_LENGTH-none}";
        try (var server = TestServer.of(Commands.sh(script)).start();
                var client = server.connect()) {
            var form = new Form().file("a", "1", "x/y", new byte[] {'1'}).file("b", "2", "x/y", new byte[] {'2', '\n'});
            assertThat(form.post(client).text()).isEqualTo("12\n600\nnone\n");
        }
    }

    @Test
    void quotesInNamesAreEscaped() throws IOException {
        var script = "printf '%s\\n' \"$STREAMER_FILENAME_A_B\" \"$STREAMER_FILENAME_C\" \"$STREAMER_FILENAME_D\"";
        try (var server = TestServer.of(Commands.sh(script)).start();
                var client = server.connect()) {
            var form = new Form()
                    .file("a\\\"b", "a\\\"b;c=\\\\", "x/y", new byte[] {'1'})
                    .file("c", "C:\\new\\", "x/y", new byte[] {'2'})
                    .file("d", "a%22b", "x/y", new byte[] {'3'});
            assertThat(form.post(client).text()).isEqualTo("a\"b;c=\\\nC:\\new\\\na%22b\n");
        }
    }

    @Test
    void anEmptyFileInputDoesNotCount() throws IOException {
        var script = "cat; echo ${STREAMER_FILE_NONE-unset}";
        try (var server = TestServer.of(Commands.sh(script)).start();
                var client = server.connect()) {
            var form = new Form()
                    .file("none", "", "application/octet-stream", new byte[0])
                    .file("one", "1", "x/y", new byte[] {'1', '\n'});
            assertThat(form.post(client).text()).isEqualTo("1\nunset\n");
        }
    }

    @Test
    void aFileThatLooksLikeABoundaryArrivesUnchanged() throws Exception {
        var pieces = new String[] {"\r\n--" + BOUNDARY.substring(0, 8), "\r", "\n", "\r\n", "-", "--", "x", "\r\r\n--"};
        var random = new Random(1);
        var content = new ByteArrayOutputStream();
        while (content.size() < 3_000_000) {
            content.writeBytes(pieces[random.nextInt(pieces.length)].getBytes(StandardCharsets.ISO_8859_1));
        }
        try (var server = TestServer.of(Commands.sh("sha256sum")).start();
                var client = server.connect()) {
            var form = new Form().file("a", "1", "x/y", content.toByteArray());
            var sum = MessageDigest.getInstance("SHA-256").digest(content.toByteArray());
            assertThat(form.post(client).text()).isEqualTo(HexFormat.of().formatHex(sum) + "  -\n");
        }
    }

    @Test
    void theFilesAreGoneAfterwards() throws IOException {
        try (var server = TestServer.of(Commands.sh("echo \"$STREAMER_FILE_A\"; exit $STREAMER_QUERY_CODE"))
                .start()) {
            for (var code : new String[] {"0", "3"}) {
                try (var client = server.connect()) {
                    var form = new Form().file("a", "1", "x/y", new byte[] {'1'});
                    var path =
                            Path.of(form.post(client, "/?code=" + code).text().strip());
                    assertThat(path).isAbsolute();
                    Wait.until("the file is gone", () -> !Files.exists(path));
                }
            }
        }
    }

    @Test
    void anUploadThatBreaksOffRunsNothing() throws IOException {
        try (var server = TestServer.of(Commands.echoing()).start()) {
            try (var client = server.connect()) {
                client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n"
                        + "Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n");
                Wait.until("the run is admitted", () -> !server.runs().awaitNone(Duration.ZERO));
            }
            assertThat(server.accessLine("POST /")).contains("exit=- ended=client-gone");
            server.awaitNoRun();
        }
    }

    @Test
    void aFormThatIsNoneIsABadRequest() throws IOException {
        try (var server = TestServer.of(Commands.echoing()).start()) {
            for (var body : new String[] {
                "nonsense",
                "--x\r\nbroken",
                "--x\r\n\r\nno name\r\n--x--\r\n",
                "",
                name("name="),
                name("name=\"a\"; filename="),
                name("name=\"a\"\r\nContent-Transfer-Encoding: base64")
            }) {
                try (var client = server.connect()) {
                    client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length() + "\r\n"
                            + "Content-Type: multipart/form-data; boundary=x\r\n\r\n" + body);
                    assertThat(client.status()).isEqualTo(400);
                    assertThat(client.text()).hasLineCount(1);
                }
            }
        }
    }

    private static String name(String disposition) {
        return "--x\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n%%%%\r\n--x--\r\n";
    }

    @Test
    void uploadsShareABoundedRoom() throws IOException {
        try (var server = TestServer.of(Commands.sh("wc -c")).maxSpool(1000).start()) {
            try (var client = server.connect()) {
                var form = new Form().file("a", "1", "x/y", new byte[2000]);
                assertThat(form.post(client).status()).isEqualTo(503);
                assertThat(client.header("Retry-After")).isEqualTo("1");
            }
            try (var client = server.connect()) {
                var form = new Form().file("a", "1", "x/y", new byte[900]);
                assertThat(form.post(client).text()).isEqualTo("900\n");
            }
        }
    }

    @Test
    void aRawFormIsHandedOnAsItIs() throws IOException {
        try (var server = TestServer.of(Commands.echoing())
                        .uploads(RequestConfig.UploadMode.RAW)
                        .start();
                var client = server.connect()) {
            var form = new Form().field("a", "1");
            assertThat(form.post(client).text()).isEqualTo(new String(form.body(), StandardCharsets.UTF_8));
        }
    }

    /** A form as browsers send it. */
    private static final class Form {
        private final ByteArrayOutputStream parts = new ByteArrayOutputStream();

        Form file(String name, String fileName, String type, byte[] content) {
            return part("name=\"" + name + "\"; filename=\"" + fileName + "\"\r\nContent-Type: " + type, content);
        }

        Form field(String name, String value) {
            return part("name=\"" + name + "\"", value.getBytes(StandardCharsets.UTF_8));
        }

        private Form part(String disposition, byte[] content) {
            write("--" + BOUNDARY + "\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n");
            parts.writeBytes(content);
            write("\r\n");
            return this;
        }

        private void write(String text) {
            parts.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        }

        byte[] body() {
            var whole = new ByteArrayOutputStream();
            whole.writeBytes(parts.toByteArray());
            whole.writeBytes(("--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.UTF_8));
            return whole.toByteArray();
        }

        StreamClient post(StreamClient client) throws IOException {
            return post(client, "/");
        }

        StreamClient post(StreamClient client, String path) throws IOException {
            client.send("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body().length
                    + "\r\nContent-Type: multipart/form-data; boundary=" + BOUNDARY + "\r\n\r\n");
            return client.send(body());
        }
    }
}
