package streamer;

import static com.tngtech.archunit.lang.conditions.ArchConditions.callMethod;
import static com.tngtech.archunit.lang.conditions.ArchConditions.not;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Who may import whom. */
class ArchitectureTest {
    private static final String[] EVERYONES = {"java..", "javax..", "jdk.net..", "org.jspecify.."};
    private static final JavaClasses PROGRAM = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("streamer..");

    @Test
    void outputKnowsNobody() {
        assertImports("streamer.output");
    }

    @Test
    void formatKnowsTheOutput() {
        assertImports("streamer.format", "streamer.output");
    }

    @Test
    void runKnowsTheOutputAndCommonsExec() {
        assertImports("streamer.run", "streamer.output", "org.apache.commons.exec..");
    }

    @Test
    void httpKnowsRunsAndUndertow() {
        assertImports(
                "streamer.http",
                "streamer.run",
                "streamer.output",
                "streamer.format",
                "io.undertow..",
                "org.xnio..",
                "org.springframework.security.crypto.bcrypt");
    }

    @Test
    void cliKnowsAllOfOursAndPicocli() {
        assertImports(
                "streamer.cli", "streamer.http", "streamer.run", "streamer.output", "streamer.format", "picocli..");
    }

    @Test
    void theProgramKnowsItsCommandLine() {
        assertImports("streamer", "streamer.cli", "picocli..");
    }

    @Test
    void thereIsNoCycle() {
        slices().matching("streamer.(*)..").should().beFreeOfCycles().check(PROGRAM);
    }

    @Test
    void onlyMainExits() {
        classes()
                .that()
                .doNotHaveFullyQualifiedName("streamer.Streamer")
                .should(not(callMethod(System.class, "exit", int.class)))
                .check(PROGRAM);
    }

    private static void assertImports(String name, String... others) {
        var allowed = Stream.of(Stream.of(EVERYONES), Stream.of(others), Stream.of(name))
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
}
