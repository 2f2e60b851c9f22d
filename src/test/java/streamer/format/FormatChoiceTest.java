package streamer.format;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FormatChoiceTest {
    private static final FormatChoice CHOICE = new FormatChoice("text/plain; charset=utf-8", "");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/event-stream",
                "TEXT/Event-Stream",
                "text/html, text/event-stream;q=0.1",
                "text/event-stream ; charset=utf-8"
            })
    void acceptThatAsksForEvents(String accept) {
        assertThat(CHOICE.contentType(List.of("a/b", accept))).isEqualTo("text/event-stream");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "*/*", "text/*", "text/event-stream;q=0", "text/event-stream; q=0.000", "text/event-streams"
            })
    void acceptThatDoesNot(String accept) {
        assertThat(CHOICE.contentType(List.of(accept))).isEqualTo("text/plain; charset=utf-8");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/plain;q=0.5, text/event-stream;q=0.4",
                "text/event-stream;q=0.4, */*;q=0.5",
                "text/event-stream;q=0.4, text/*;q=0.5, */*;q=0.1",
                "text/event-stream; q=0.9, text/plain"
            })
    void plainTextThatWeighsMore(String accept) {
        assertThat(CHOICE.contentType(List.of(accept))).isEqualTo("text/plain; charset=utf-8");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "text/event-stream, */*",
                "text/plain;q=0.5, text/event-stream;q=0.6",
                "*/*;q=0.8, text/event-stream;q=0.5, text/plain;q=0.1",
                "text/event-stream, text/plain;q=1.0"
            })
    void eventsThatWeighAsMuch(String accept) {
        assertThat(CHOICE.contentType(List.of(accept))).isEqualTo("text/event-stream");
    }

    @Test
    void withoutAcceptItIsPlain() {
        assertThat(CHOICE.contentType(List.of())).isEqualTo("text/plain; charset=utf-8");
        assertThat(CHOICE.format(List.of(), "r", Start.ZERO)).isInstanceOf(PlainText.class);
        assertThat(CHOICE.format(List.of("text/event-stream"), "r", Start.ZERO)).isInstanceOf(ServerSentEvents.class);
    }

    @Test
    void theConfiguredTypeIsTheOneThatIsWeighed() {
        var html = new FormatChoice("text/html", "");
        assertThat(html.contentType(List.of("text/html, text/event-stream;q=0.1")))
                .isEqualTo("text/html");
    }
}
