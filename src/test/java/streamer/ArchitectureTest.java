package streamer;

import static com.tngtech.archunit.lang.conditions.ArchConditions.callMethod;
import static com.tngtech.archunit.lang.conditions.ArchConditions.not;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Who may import whom: packages, the rooms of {@code http}, and the classes of each package. */
class ArchitectureTest {
    private static final String[] EVERYONES = {"java..", "javax..", "jdk.net..", "org.jspecify..", "streamer.time"};
    private static final String[] UNDERTOW = {"io.undertow..", "org.xnio.."};
    private static final String[] RUNS = {
        "streamer.run", "streamer.kept", "streamer.process", "streamer.output", "streamer.format", "streamer.metrics"
    };
    private static final JavaClasses PROGRAM = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("streamer..");

    @Test
    void timeKnowsNobody() {
        assertImports("streamer.time");
    }

    @Test
    void filesKnowNobody() {
        assertImports("streamer.files");
    }

    @Test
    void outputKnowsNobody() {
        assertImports("streamer.output");
    }

    @Test
    void metricsKnowPrometheus() {
        assertImports("streamer.metrics", "io.prometheus.metrics..");
    }

    @Test
    void formatKnowsTheOutput() {
        assertImports("streamer.format", "streamer.output");
    }

    @Test
    void processKnowsWhatLaunches() {
        assertImports("streamer.process", "org.apache.commons.exec..", "com.sun.jna..");
    }

    @Test
    void runKnowsItsProcessesAndTheOutput() {
        assertImports("streamer.run", "streamer.process", "streamer.output");
    }

    @Test
    void keptKnowsRunsAndFiles() {
        assertImports("streamer.kept", "streamer.run", "streamer.output", "streamer.files", "streamer.metrics");
    }

    @Test
    void redisKnowsKeptRunsAndJedis() {
        assertImports(
                "streamer.redis", "streamer.kept", "streamer.output", "streamer.metrics", "redis.clients.jedis..");
    }

    @Test
    void theProbeKnowsNobody() {
        assertImports("streamer.probe");
    }

    @Test
    void requestKnowsWhatItBecomes() {
        assertImports("streamer.http.request", UNDERTOW, "streamer.process", "streamer.output", "streamer.files");
    }

    @Test
    void responseKnowsTheRequest() {
        assertImports(
                "streamer.http.response", UNDERTOW, "streamer.output", "streamer.format", "streamer.http.request");
    }

    @Test
    void accessKnowsRequestAndResponse() {
        assertImports(
                "streamer.http.access",
                UNDERTOW,
                "streamer.format",
                "streamer.http.response",
                "streamer.http.request",
                "org.springframework.security.crypto.bcrypt");
    }

    @Test
    void pageKnowsAccessAndWhatIsToItsRight() {
        assertImports(
                "streamer.http.page",
                UNDERTOW,
                "streamer.format",
                "streamer.http.access",
                "streamer.http.response",
                "streamer.http.request",
                "streamer.process");
    }

    @Test
    void http2KnowsTheRequest() {
        assertImports("streamer.http.http2", UNDERTOW, "streamer.http.request");
    }

    @Test
    void listenerKnowsAccessAndWhatIsToItsRight() {
        assertImports(
                "streamer.http.listener",
                UNDERTOW,
                "streamer.http.http2",
                "streamer.http.access",
                "streamer.http.response",
                "streamer.http.request");
    }

    @Test
    void httpKnowsItsRoomsAndRuns() {
        assertImports("streamer.http", RUNS, "streamer.http..", UNDERTOW[0], UNDERTOW[1]);
    }

    @Test
    void cliKnowsAllOfOursAndPicocli() {
        assertImports("streamer.cli", RUNS, "streamer.http..", "streamer.redis", "streamer.probe", "picocli..");
    }

    @Test
    void theProgramKnowsItsCommandLine() {
        assertImports("streamer", "streamer.cli");
    }

    @Test
    void thereIsNoCircleOfPackages() {
        slices().matching("streamer.(**)").should().beFreeOfCycles().check(PROGRAM);
    }

    static Stream<String> packages() {
        return PROGRAM.stream().map(JavaClass::getPackageName).distinct();
    }

    @ParameterizedTest
    @MethodSource("packages")
    void thereIsNoCircleOfClasses(String name) {
        slices().assignedFrom(new ClassesOf(name)).should().beFreeOfCycles().check(PROGRAM);
    }

    @Test
    void onlyMainExits() {
        classes()
                .that()
                .doNotHaveFullyQualifiedName("streamer.Streamer")
                .should(not(callMethod(System.class, "exit", int.class)))
                .check(PROGRAM);
    }

    /** Else there would be children whose exits are taken from the JDK. */
    @Test
    void onlyItsSpawnerStartsProcessesByTheJdk() {
        classes()
                .that()
                .doNotHaveFullyQualifiedName("streamer.process.JdkSpawner")
                .should(not(callMethod(ProcessBuilder.class, "start")))
                .andShould(not(callMethod(Runtime.class, "exec", String[].class)))
                .check(PROGRAM);
    }

    @Test
    void systemPropertiesAreSetAtOnePlace() {
        classes()
                .that()
                .doNotHaveFullyQualifiedName("streamer.cli.SystemProperties")
                .should(not(callMethod(System.class, "setProperty", String.class, String.class)))
                .andShould(not(callMethod(System.class, "getProperties")))
                .check(PROGRAM);
    }

    private static void assertImports(String name, String... others) {
        assertImports(name, others, EVERYONES);
    }

    private static void assertImports(String name, String[] others, String... more) {
        var allowed = Stream.of(Stream.of(EVERYONES), Stream.of(others), Stream.of(more), Stream.of(name))
                .flatMap(packages -> packages)
                .toArray(String[]::new);
        classes()
                .that()
                .resideInAPackage(name)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(allowed)
                .check(PROGRAM);
    }

    /** Each class of a package, with those that stand in it. */
    private record ClassesOf(String name) implements SliceAssignment {
        @Override
        public SliceIdentifier getIdentifierOf(JavaClass one) {
            var outermost = one;
            while (outermost.getEnclosingClass().isPresent()) {
                outermost = outermost.getEnclosingClass().get();
            }
            return one.getPackageName().equals(name)
                            && !outermost.getSimpleName().isEmpty()
                    ? SliceIdentifier.of(outermost.getSimpleName())
                    : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
            return "the classes of " + name;
        }
    }
}
