package streamer.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.security.crypto.bcrypt.BCrypt;
import streamer.http.access.FileException;
import streamer.testing.Commands;
import streamer.testing.StreamClient;
import streamer.testing.TestServer;
import streamer.testing.Wait;

/** Who gets in by a token or a password. */
class AccessTest {
    private static final String SAY = "echo \"$AUTH_TYPE ${REMOTE_USER-nobody}\"; env | grep -c -e secret -e AUTHORIZ";

    @TempDir
    private Path directory;

    private static int status(TestServer server, String path, String... headers) throws IOException {
        try (var client = server.get(path, headers)) {
            return client.status();
        }
    }

    private static String basic(String credentials) {
        return "Authorization: Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(UTF_8));
    }

    private static String hash(String password) {
        return BCrypt.hashpw(password, BCrypt.gensalt("$2y", 4));
    }

    @Test
    void aTokenLetsIn() throws IOException {
        try (var server = TestServer.of(Commands.sh(SAY)).token("secret-1").start()) {
            assertThat(status(server, "/")).isEqualTo(401);
            try (var client = server.get("/", "Authorization: Bearer secret-1")) {
                assertThat(client.text()).as("and the command does not see it").isEqualTo("Bearer nobody\n0\n");
            }
            assertThat(status(server, "/", "Authorization: bearer  secret-1")).isEqualTo(200);
            assertThat(status(server, "/-/health")).isEqualTo(200);
            assertThat(status(server, "/nowhere"))
                    .as("nothing is told of paths")
                    .isEqualTo(401);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Bearer secret",
                "Bearer secret-11",
                "Bearer",
                "Bearer ",
                "Basic c2VjcmV0LTE6",
                "Digest secret-1",
                "secret-1",
                "",
                "Bearer secret-1\r\nAuthorization: Bearer secret-1"
            })
    void anythingElseDoesNot(String credentials) throws IOException {
        try (var server = TestServer.of(Commands.printing("ran"))
                        .token("secret-1")
                        .start();
                var client = server.get("/", "Authorization: " + credentials)) {
            assertThat(client.status()).isEqualTo(401);
            assertThat(client.header("WWW-Authenticate")).startsWith("Bearer realm=\"streamer\"");
            assertThat(client.text()).doesNotContain("ran");
        }
    }

    @Test
    void aTokenFileIsReadAgainWhenItChanges() throws IOException {
        var file = Files.writeString(directory.resolve("token"), "old\n");
        try (var server =
                TestServer.of(Commands.printing("ran")).tokenFile(file).start()) {
            assertThat(status(server, "/", "Authorization: Bearer old")).isEqualTo(200);
            Files.writeString(file, "new-one");
            Wait.until("the new token counts", () -> status(server, "/", "Authorization: Bearer new-one") == 200);
            assertThat(status(server, "/", "Authorization: Bearer old")).isEqualTo(401);
            Files.writeString(file, "not a token");
            assertThat(status(server, "/", "Authorization: Bearer new-one")).isEqualTo(200);
        }
    }

    @Test
    void aNameAndPasswordLetIn() throws IOException {
        var file = Files.writeString(
                directory.resolve("users"),
                "# ours\nalice:" + hash("correct horse") + "\n\nbär:" + hash("gehéim:x") + "\n");
        try (var server = TestServer.of(Commands.sh(SAY)).passwordFile(file).start()) {
            for (var time = 0; time < 2; time++) { // checked, then remembered
                try (var client = server.get("/", basic("alice:correct horse"))) {
                    assertThat(client.text()).isEqualTo("Basic alice\n0\n");
                }
                assertThat(status(server, "/", basic("bär:gehéim:x"))).isEqualTo(200);
                assertThat(status(server, "/", basic("alice:wrong"))).isEqualTo(401);
                assertThat(status(server, "/", basic("mallory:correct horse"))).isEqualTo(401);
                assertThat(status(server, "/", basic("alice"))).isEqualTo(401);
                assertThat(status(server, "/", "Authorization: Basic !!")).isEqualTo(401);
            }
            try (var client = server.get("/")) {
                assertThat(client.header("WWW-Authenticate")).isEqualTo("Basic realm=\"streamer\", charset=\"UTF-8\"");
            }
            assertThat(server.accessLine("user=alice")).contains("ended=exit");
        }
    }

    @Test
    void aPasswordThatIsTakenAwayIsForgotten() throws IOException {
        var file = Files.writeString(directory.resolve("users"), "alice:" + hash("one"));
        try (var server =
                TestServer.of(Commands.printing("ran")).passwordFile(file).start()) {
            assertThat(status(server, "/", basic("alice:one"))).isEqualTo(200);
            Files.writeString(file, "alice:" + hash("two") + "\n");
            Wait.until("it is forgotten", () -> status(server, "/", basic("alice:one")) == 401);
            assertThat(status(server, "/", basic("alice:two"))).isEqualTo(200);
        }
    }

    @Test
    void eitherIsEnoughWhereBothAreAskedFor() throws IOException {
        var file = Files.writeString(directory.resolve("users"), "alice:" + hash("one"));
        try (var server = TestServer.of(Commands.printing("ran"))
                .token("t")
                .passwordFile(file)
                .start()) {
            assertThat(status(server, "/", basic("alice:one"))).isEqualTo(200);
            assertThat(status(server, "/", "Authorization: Bearer t")).isEqualTo(200);
            try (var client = server.get("/")) {
                assertThat(client.headers("WWW-Authenticate")).hasSize(2);
            }
        }
    }

    @Test
    void aFloodOfWrongPasswordsFromOneAddressKeepsNobodyElseOut() throws IOException {
        var slow = BCrypt.hashpw("one", BCrypt.gensalt("$2y", 10));
        var file = Files.writeString(directory.resolve("users"), "alice:" + slow);
        var flood = new ArrayList<StreamClient>();
        try (var server = TestServer.of(Commands.printing("ran"))
                        .passwordFile(file)
                        .start();
                var elsewhere = new StreamClient(new InetSocketAddress("127.0.0.2", 0), server.address(), 0)) {
            for (var i = 0; i < 80; i++) {
                flood.add(server.get("/", basic("alice:" + i)));
            }
            server.accessLine(" 503 ");
            assertThat(elsewhere.request("GET", "/", basic("alice:one")).status())
                    .isEqualTo(200);
            for (var client : flood) {
                client.close();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "alice", "alice:plain", "alice:$apr1$x$y", "alice:{SHA}x", ":$2y$05$x"})
    void aFileOfAnythingElseIsRefused(String text) throws IOException {
        var file = Files.writeString(directory.resolve("users"), text);
        var setup = TestServer.of(Commands.printing("ran")).passwordFile(file);
        assertThatThrownBy(setup::start)
                .isInstanceOf(FileException.class)
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining("htpasswd -B");
    }
}
