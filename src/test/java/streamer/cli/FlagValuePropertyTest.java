package streamer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.LongRange;
import picocli.CommandLine.TypeConversionException;

/** Whatever stands behind a flag: a value within its limits, or a message. */
class FlagValuePropertyTest {
    @Provide
    Arbitrary<String> nearly() {
        return Arbitraries.strings()
                .withChars("0123456789kmgshdibMS. -+\\nt\u0661")
                .ofMaxLength(20);
    }

    @Property
    void aSizeIsReadOrRefused(@ForAll("nearly") String text) {
        try {
            assertThat(new SizeConverter().convert(text)).isNotNegative();
        } catch (TypeConversionException e) {
            assertThat(e).hasMessageContaining(text);
        }
    }

    @Property
    void aSizeHasItsUnit(@ForAll @LongRange(max = 1_000_000) long number) {
        assertThat(new SizeConverter().convert(number + "k")).isEqualTo(number * 1024);
        assertThat(new SizeConverter().convert(number + "G")).isEqualTo(number * 1024 * 1024 * 1024);
    }

    @Property
    void aTimeIsReadOrRefused(@ForAll("nearly") String text) {
        try {
            assertThat(new TimeConverter().convert(text)).isBetween(Duration.ZERO, Duration.ofDays(366));
        } catch (TypeConversionException e) {
            assertThat(e).hasMessageContaining(text);
        }
    }

    @Property
    void aHeartbeatTextIsReadOrRefused(@ForAll("nearly") String text) {
        try {
            assertThat(new HeartbeatTextConverter().convert(text)).hasSizeLessThanOrEqualTo(text.length());
        } catch (TypeConversionException e) {
            assertThat(text).contains("\\");
        }
    }
}
