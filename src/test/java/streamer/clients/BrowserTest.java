package streamer.clients;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WindowType;
import streamer.http.request.RequestConfig.UploadMode;
import streamer.process.RunSpec;
import streamer.testing.Commands;
import streamer.testing.Puppet;
import streamer.testing.TestServer;
import streamer.testing.Wait;

/** What a person sees who opens the page in a browser. */
@Tag("clients")
class BrowserTest {
    private static final int CUTS = 5;

    /** More than all files of the page have. */
    private static final int BYTES_OF_EACH = 150_000;

    private static Browser browser = null;

    @TempDir
    private Path directory;

    private Path ran;

    @BeforeAll
    static void open() {
        browser = new Browser();
    }

    @AfterAll
    static void close() {
        browser.close();
    }

    @BeforeEach
    void setUp() {
        ran = directory.resolve("ran");
    }

    @AfterEach
    void nothingIsWrong() {
        browser.open("about:blank");
        assertThat(browser.faults()).isEmpty();
    }

    private TestServer.Setup counting(String script) {
        return TestServer.of(Commands.sh("echo >>" + ran + "; " + script));
    }

    private int runs() throws IOException {
        return Files.exists(ran) ? Files.readAllLines(ran).size() : 0;
    }

    private void assertRuns(int expected) throws IOException {
        assertThat(runs()).isEqualTo(expected);
    }

    @Test
    void whatIsWrittenIsSeenAtOnceAndItsEndIsTold() throws IOException {
        try (var puppet = new Puppet();
                var server = TestServer.of(puppet.command()).start()) {
            browser.open(server.url());
            browser.awaitState("Running");
            puppet.tell("echo one");
            browser.awaitLines("one");
            puppet.tell("printf tw");
            browser.awaitLines("one", "tw");
            puppet.tell("echo o");
            browser.awaitLines("one", "two");
            puppet.tell("exit 0");
            browser.awaitState("Exit 0 after .*");
            assertThat(browser.driver().getTitle()).startsWith("✓ /");
            assertThat(browser.text("size")).startsWith("2 lines");
        }
    }

    @Test
    void aFailureLooksLikeOne() throws IOException {
        try (var server = TestServer.of(Commands.sh("echo out; exit 3"))
                .stderr(RunSpec.Stderr.LOG)
                .start()) {
            browser.open(server.url());
            browser.awaitState("Exit 3 after .*");
            browser.awaitLines("out");
            assertThat(browser.driver().getTitle()).startsWith("✗ /");
            assertThat(browser.text("note")).contains("--stderr merge");
        }
    }

    @Test
    void standardErrorThatIsThereIsNotLookedForElsewhere() throws IOException {
        try (var server = TestServer.of(Commands.sh("echo why >&2; exit 3"))
                .stderr(RunSpec.Stderr.MERGE)
                .start()) {
            browser.open(server.url());
            browser.awaitState("Exit 3 after .*");
            browser.awaitLines("why");
            assertThat(browser.element("note").isDisplayed()).isFalse();
        }
    }

    @Test
    void aRunCanBeStoppedAndRunAgain() throws IOException {
        try (var server = counting("echo here; sleep 100").start()) {
            browser.open(server.url() + "?a=b");
            browser.awaitLines("here");
            browser.click("stop");
            browser.awaitState("Stopped after .*");
            server.awaitNoRun();
            assertRuns(1);
            browser.click("run");
            browser.awaitState("Running");
            Wait.until("it runs again", () -> runs() == 2);
            browser.click("stop");
            browser.awaitState("Stopped after .*");
            server.awaitNoRun();
        }
    }

    @Test
    void whatIsNotMeantRunsNothing() throws IOException {
        try (var server = counting("echo $QUERY_STRING").start()) {
            browser.open(server.url() + "?first");
            browser.awaitLines("first");
            assertRuns(1);
            browser.driver().navigate().refresh();
            browser.awaitState("Not started");
            browser.open("about:blank");
            browser.driver().navigate().back();
            Wait.until("it is there again", () -> !browser.text("state").isEmpty());
            browser.driver().navigate().forward();
            assertRuns(1);
            browser.driver().navigate().back();
            browser.click("run");
            Wait.until("now it runs", () -> runs() == 2);
            browser.awaitState("Exit 0 .*");
        }
    }

    @Test
    void aLinkOfAnotherPageRunsNothing() throws IOException {
        try (var server = counting("echo here").start();
                var other = TestServer.of(Commands.printing("<a id=link href=" + server.url() + ">here</a>"))
                        .contentType("text/html")
                        .start()) {
            browser.open(other.url().replace("127.0.0.1", "localhost"));
            browser.click("link");
            browser.awaitState("Not started");
            assertRuns(0);
            browser.click("run");
            browser.awaitLines("here");
            assertRuns(1);
        }
    }

    @Test
    void aKeptRunHasItsOwnAddress() throws IOException {
        try (var puppet = new Puppet();
                var server = TestServer.of(puppet.command())
                        .keep(Duration.ofHours(1))
                        .openList()
                        .start()) {
            browser.open(server.url());
            browser.awaitState("Running");
            Wait.until("it is in the address", () -> browser.address().contains("/-/runs/"));
            puppet.tell("echo one");
            browser.awaitLines("one");
            browser.driver().navigate().refresh();
            browser.awaitLines("one");
            browser.awaitState("Running");
            var first = browser.driver().getWindowHandle();
            browser.driver().switchTo().newWindow(WindowType.TAB).get(browser.address());
            browser.driver().get(server.url() + "-/runs");
            browser.awaitText("rows", "(?s)running.*");
            browser.driver().findElement(By.cssSelector("#rows a")).click();
            browser.awaitLines("one");
            puppet.tell("echo two");
            browser.awaitLines("one", "two");
            browser.driver().close();
            browser.driver().switchTo().window(first);
            browser.awaitLines("one", "two");
            puppet.tell("exit 0");
            browser.awaitState("Exit 0 after .*");
        }
    }

    @Test
    void aConnectionThatBreaksIsResumed() throws IOException {
        try (var server = TestServer.of(Commands.sh("seq 200000"))
                        .keep(Duration.ofHours(1))
                        .start();
                var cutter = new Cutter(server.address(), CUTS, BYTES_OF_EACH, true)) {
            browser.open(cutter.url());
            browser.awaitState("Exit 0 after .*");
            assertThat(browser.text("size")).startsWith("200,000 lines");
            assertThat(browser.lines()).contains("200000");
            browser.faults(); // that connections broke
        }
    }

    @ParameterizedTest
    @CsvSource({"FILES, false", "RAW, false", "FILES, true", "RAW, true"})
    void aFileIsSentAndTheRunIsSeen(UploadMode mode, boolean keeps) throws IOException {
        var file = Files.writeString(directory.resolve("report.xml"), "<report/>");
        var setup =
                TestServer.of(Commands.sh("cat; echo; echo $REQUEST_METHOD")).uploads(mode);
        try (var server = (keeps ? setup.keep(Duration.ofHours(1)) : setup)
                .methods("POST")
                .start()) {
            browser.open(server.url());
            browser.awaitState("Not started");
            browser.element("file").sendKeys(file.toString());
            browser.awaitText("run", "Run with report.xml");
            browser.click("run");
            browser.awaitState("Exit 0 after .*");
            browser.awaitLines("<report/>", "POST");
        }
    }

    @Test
    void coloursAndMovesAreAsInATerminal() throws IOException {
        var output = "\\033[1;31mred\\033[0m plain\\n"
                + "\\033[38;5;46mgreen\\033[38;2;1;2;3mrgb\\033[m\\n"
                + "50%%\\r100%%\\n"
                + "abc\\b\\bX\\n"
                + "gone\\033[2K\\rkept\\n"
                + "a\\033[5Gb\\n"
                + "\\033]0;title\\007\\033[?25ltext\\033(B\\n"
                + "\\346\\227\\245\\346\\234\\254\\rA\\n";
        try (var server = TestServer.of(Commands.sh("printf '" + output + "'")).start()) {
            browser.open(server.url());
            browser.awaitState("Exit 0 after .*");
            browser.awaitLines("red plain", "greenrgb", "100%", "aXc", "kept", "a   b", "text", "A 本");
            assertThat(browser.style("#lines .bold", "font-weight")).isEqualTo("700");
            assertThat(browser.strings("return [...document.querySelectorAll('#lines li:nth-child(2) .text span')]"
                            + ".map(one => one.style.color)"))
                    .containsExactly("rgb(0, 255, 0)", "rgb(1, 2, 3)");
            assertThat(browser.style("#lines .bold", "color")).isEqualTo("rgba(179, 38, 30, 1)");
        }
    }

    @Test
    void whatIsHostileIsText() throws IOException {
        var output = "<script>window.hacked = 1</script><img src=x onerror=\"window.hacked = 1\">\\n"
                + "javascript:alert(1) http://example.com/<b>\\n"
                + "\\033]8;;javascript:alert(1)\\033\\\\link\\033]8;;\\033\\\\\\n"
                + "\\377\\376 \\033[1;1;1\\n"
                + "\\342\\200\\256right to left\\n";
        try (var server = TestServer.of(Commands.sh("printf '" + output + "'")).start()) {
            browser.open(server.url());
            browser.awaitState("Exit 0 after .*");
            assertThat(browser.lines())
                    .startsWith("<script>window.hacked = 1</script><img src=x onerror=\"window.hacked = 1\">")
                    .contains("link", "\ufffd\ufffd ");
            assertThat(browser.run("return String(window.hacked)")).isEqualTo("undefined");
            assertThat(browser.strings(
                            "return [...document.querySelectorAll('#lines .text a')].map(link => link.href)"))
                    .containsExactly("http://example.com/");
        }
    }

    @Test
    void onlyWhatIsSeenIsDrawnAndAllIsFound() throws IOException {
        try (var server = TestServer.of(Commands.sh("seq 100000")).start()) {
            browser.open(server.url());
            browser.awaitState("Exit 0 after .*");
            Wait.until("the last is seen", () -> browser.lines().contains("100000"));
            assertThat(browser.lines()).hasSizeLessThan(200);
            browser.element("text").sendKeys("99999");
            browser.awaitText("hits", "1 of 1 line");
            Wait.until("it is marked", () -> browser.lines().contains("99999"));
            assertThat(browser.driver().findElements(By.cssSelector("mark"))).hasSize(1);
            browser.element("text").clear();
            browser.element("text").sendKeys("0000", Keys.ENTER);
            browser.awaitText("hits", "2 of 10 lines");
            browser.driver().findElement(By.id("log")).sendKeys(Keys.HOME);
            Wait.until("the first is seen", () -> browser.lines().contains("1"));
            assertThat(browser.element("follow").isSelected()).isFalse();
            browser.click("to-end");
            Wait.until("the last is seen again", () -> browser.lines().contains("100000"));
            assertThat(browser.element("follow").isSelected()).isTrue();
        }
    }

    @Test
    void wrappedLinesThatSeemedLowerCanAllBeReached() throws IOException {
        try (var server = TestServer.of(Commands.sh("yes \"$(printf '\\t%.0s' $(seq 60))x\" | head -n 30; echo last"))
                .start()) {
            browser.open(server.url());
            browser.awaitState("Exit 0 after .*");
            browser.click("wrap");
            browser.awaitEndAtBottom();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whoWaitsInTheQueueIsToldSoAndMayLeaveIt(boolean keeps) throws IOException {
        var setup = counting("sleep 100").maxRuns(1).queue(1).heartbeat(Duration.ofMillis(100), ".");
        try (var server = (keeps ? setup.keep(Duration.ofHours(1)) : setup).start();
                var first = server.get("/")) {
            assertThat(first.status()).isEqualTo(200);
            browser.open(server.url());
            browser.awaitState("Waiting for its turn|Waiting for the server.*");
            browser.click("stop");
            browser.awaitState("Stopped .*");
            assertRuns(1);
        }
    }

    @Test
    void whatIsLeftBehindIsWaitedForWithoutHaste() throws IOException {
        try (var server = TestServer.of(
                        Commands.sh("(trap '' TERM; while :; do sleep 0.1; done) & echo hi; sleep 0.5; exit 3"))
                .keep(Duration.ofHours(1))
                .killAfter(Duration.ofSeconds(2))
                .start()) {
            browser.open(server.url());
            browser.awaitState("Ended; what it left behind is being stopped");
            browser.awaitState("Exit 3 after .*");
            assertThat(server.accessLines()).hasSizeLessThan(20);
        }
    }

    @Test
    void anUploadCanBeStopped() throws IOException {
        var file = directory.resolve("large");
        try (var large = new RandomAccessFile(file.toFile(), "rw")) {
            large.setLength(200_000_000);
        }
        try (var server = TestServer.of(Commands.sh("while :; do head -c 1000000 >/dev/null; sleep 0.1; done"))
                .uploads(UploadMode.RAW)
                .start()) {
            browser.open(server.url());
            browser.click("stop");
            browser.awaitState("Stopped .*");
            browser.element("file").sendKeys(file.toString());
            browser.click("run");
            browser.awaitState("Uploading: .*");
            browser.click("stop");
            browser.awaitState("Stopped .*");
            server.awaitNoRun();
        }
    }

    @Test
    void theAddressMayHaveCredentials() throws IOException {
        try (var server =
                TestServer.of(Commands.sh("echo here")).token("secret").start()) {
            var address = server.url().replace("://", "://me:secret@");
            browser.open(address);
            browser.awaitLines("here");
            browser.open(address + "-/runs");
            browser.awaitText("rows", "(?s)exit 0.*");
        }
    }

    @Test
    void whatIsSelectedIsCopiedThoughItIsNotDrawnAnyMore() throws IOException {
        try (var server = TestServer.of(Commands.sh("seq 2000; echo 'see http://e.com/a_(b).'"))
                .start()) {
            browser.open(server.url());
            browser.awaitState("Exit 0 after .*");
            Wait.until("the end is seen", () -> browser.lines().contains("2000"));
            assertThat(browser.run("return document.querySelector('#lines .text a').href"))
                    .isEqualTo("http://e.com/a_(b)");
            browser.listenToCopies();
            browser.click("wrap");
            browser.press(Keys.chord(Keys.CONTROL, "a"));
            browser.run("document.execCommand('copy')");
            assertThat(browser.copied().lines()).hasSize(2001);
            browser.run("document.getElementById('log').scrollTop = 0");
            Wait.until("the beginning is seen", () -> browser.lines().contains("5"));
            browser.run("const row = n => [...document.querySelectorAll('#lines > li .text')]"
                    + ".find(line => line.textContent === String(n)).firstChild;"
                    + "getSelection().setBaseAndExtent(row(5), 0, row(9), 1)");
            browser.run("document.getElementById('log').scrollTop = 9000");
            Wait.until("other lines are seen", () -> browser.lines().contains("500"));
            browser.run("document.execCommand('copy')");
            assertThat(browser.copied()).isEqualTo("5\n6\n7\n8\n9");
        }
    }

    @Test
    void aSecondClickOnRunIsNoStopAndOneOnALineUnmarksIt() throws IOException {
        try (var server = counting("echo one; echo two; sleep 100").start()) {
            browser.open(server.url() + "#L2");
            browser.awaitLines("one", "two");
            browser.click("stop");
            browser.awaitState("Stopped .*");
            assertThat(browser.driver().findElements(By.cssSelector(".marked"))).hasSize(1);
            browser.driver()
                    .findElement(By.cssSelector("#lines li:nth-child(2) .number"))
                    .click();
            assertThat(browser.driver().findElements(By.cssSelector(".marked"))).isEmpty();
            assertThat(browser.address()).doesNotContain("#");
            browser.run("document.getElementById('run').click(); document.getElementById('stop').click()");
            browser.awaitState("Running");
            browser.awaitLines("one", "two");
            browser.click("stop");
            browser.awaitState("Stopped .*");
            server.awaitNoRun();
        }
    }

    @Test
    void theListKeepsTheFocusWhileItChanges() throws IOException {
        try (var server = TestServer.of(Commands.sh("sleep 100"))
                        .keep(Duration.ofHours(1))
                        .openList()
                        .start();
                var first = server.get("/", "Prefer: respond-async")) {
            assertThat(first.status()).isEqualTo(202);
            browser.open(server.url() + "-/runs");
            browser.awaitText("rows", "(?s)running.*");
            browser.run("document.querySelector('#rows button').focus()");
            var before = browser.text("rows");
            Wait.until("it changes", () -> !browser.text("rows").equals(before));
            assertThat(browser.run("return document.activeElement.textContent")).isEqualTo("Stop");
            browser.driver().findElement(By.cssSelector("#rows a")).click();
            browser.awaitState("Running");
            browser.click("stop");
            browser.awaitState("Stopped after .*");
            assertThat(browser.element("run").isDisplayed())
                    .as("with which query it was started is not known")
                    .isFalse();
            browser.faults(); // nothing had come: 500
        }
    }

    @Test
    void theOldestOfTooManyLinesGo() throws IOException {
        try (var server = TestServer.of(Commands.sh("yes '' | head -n 3000000")).start()) {
            browser.open(server.url());
            browser.awaitState("Exit 0 after .*");
            browser.awaitText("size", "3,000,000 lines, the first .* are not kept in this page");
            var gone = Integer.parseInt(browser.text("size")
                    .replaceFirst(".*first ", "")
                    .replaceFirst(" are.*", "")
                    .replace(",", ""));
            assertThat(gone).isBetween(2_100_000, 2_170_000);
        }
    }

    @Test
    void linesHaveAddresses() throws IOException {
        try (var server =
                TestServer.of(Commands.sh("seq 1000")).keep(Duration.ofHours(1)).start()) {
            browser.open(server.url());
            browser.awaitState("Exit 0 after .*");
            browser.driver().get(browser.address() + "#L500-L502");
            browser.driver().navigate().refresh();
            Wait.until(
                    "they are marked",
                    () -> browser.strings(
                                    "return [...document.querySelectorAll('.marked .text')].map(l => l.textContent)")
                            .equals(List.of("500", "501", "502")));
            browser.listenToCopies();
            browser.click("copy");
            assertThat(browser.copied()).isEqualTo("500\n501\n502");
        }
    }

    @Test
    void aLineOfAMegabyteIsNoTrouble() throws IOException {
        try (var server = TestServer.of(Commands.sh("head -c 1000000 /dev/zero | tr '\\0' x; echo; echo after"))
                .start()) {
            browser.open(server.url());
            browser.awaitState("Exit 0 after .*");
            assertThat(browser.text("size")).startsWith("2 lines");
            Wait.until("both are seen", () -> browser.lines().size() == 2);
            assertThat(browser.lines().get(0)).hasSizeLessThan(20_000).contains("more characters");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "head -c 10000000 /dev/zero | tr '\\0' x",
                "yes '\033]0;title\007' | head -n 100000 | tr -d '\\n'",
                "printf '\033]0;'; head -c 5000000 /dev/zero | tr '\\0' x",
                "head -c 3000000 /dev/zero | tr '\\0' '\033'",
                "yes '12%\r' | head -n 300000 | tr -d '\\n'",
                "printf a; yes '\u0301' | head -n 300000 | tr -d '\\n'",
                "printf 'a\\r'; yes '\u0301' | head -n 300000 | tr -d '\\n'",
                "yes \"$(printf '\\033[10000@ \\r')\" | head -n 50000 | tr -d '\\n'",
                "head -c 10000000 /dev/urandom"
            })
    void aFloodIsNoTrouble(String flood) throws IOException {
        try (var server = TestServer.of(Commands.sh(flood + "; echo; echo END")).start()) {
            browser.open(server.url());
            browser.awaitState("Exit 0 after .*");
            Wait.until("its end is seen", () -> browser.lines().contains("END"));
            browser.element("text").sendKeys("END");
            browser.awaitText("hits", "1 of .*");
        }
    }

    @Test
    void linesThatAreTooLongAreWrapped() throws IOException {
        var words = String.join(
                " ", IntStream.range(0, 500).mapToObj(i -> "word" + i).toList());
        try (var server = TestServer.of(Commands.sh("yes '" + words + "' | head -n 60; echo last"))
                .start()) {
            browser.open(server.url());
            browser.awaitState("Exit 0 after .*");
            browser.click("wrap");
            Wait.until(
                    "it is wrapped",
                    () -> browser.run(
                                    "const log = document.getElementById('log'); return log.scrollWidth <= log.clientWidth")
                            .equals(true));
            browser.awaitEndAtBottom();
        }
    }

    @ParameterizedTest
    @CsvSource({"false, 1200", "true, 1200", "false, 360", "true, 360"})
    void itIsForEverybody(boolean isDark, int width) throws IOException {
        var colours = IntStream.rangeClosed(0, 7)
                .mapToObj(i -> "\\033[3" + i + "mtext\\033[2mdim\\033[0m \\033[4" + i + "mon\\033[3" + (7 - i)
                        + "mboth\\033[7minverse\\033[0m \\033[7;4" + i + "minverse\\033[0m\\n")
                .collect(Collectors.joining());
        try (var server = TestServer.of(Commands.sh("printf '" + colours + "'; echo http://example.com/; exit 3"))
                .keep(Duration.ofHours(1))
                .openList()
                .start()) {
            browser.show(isDark, width);
            browser.open(server.url());
            browser.awaitState("Exit 3 after .*");
            browser.element("text").sendKeys("t");
            browser.awaitText("hits", "1 of 8 lines.*|1 of 9 lines.*");
            assertThat(browser.barriers()).isEmpty();
            assertThat(browser.run("return document.documentElement.scrollWidth"))
                    .isEqualTo((long) width);
            browser.open(server.url() + "-/runs");
            browser.awaitText("rows", "(?s)exit 3.*");
            assertThat(browser.barriers()).isEmpty();
        } finally {
            browser.show(false, 1200);
        }
    }

    @Test
    void theKeyboardIsEnough() throws IOException {
        try (var server = counting("echo here; sleep 100").start()) {
            browser.open(server.url());
            browser.awaitLines("here");
            browser.press(Keys.TAB, Keys.ENTER);
            browser.awaitState("Stopped after .*");
            browser.press("/");
            assertThat(browser.focused()).isEqualTo("text");
            browser.press("er", Keys.ESCAPE);
            assertThat(browser.focused()).isEqualTo("log");
            browser.open(server.url() + "?again");
            browser.awaitLines("here");
            var stops = new ArrayList<String>();
            for (var i = 0; i < 7; i++) {
                browser.press(Keys.TAB);
                stops.add(browser.focused());
            }
            assertThat(stops).containsExactly("stop", "text", "follow", "wrap", "copy", "save", "log");
        }
    }

    @Test
    void whatOthersLoadRunsNothing() throws IOException {
        try (var server = counting("echo here").start();
                var other = TestServer.of(Commands.printing(("<link rel=prefetch href=URL><iframe src=URL></iframe>"
                                        + "<img src=URL><script src=URL></script><object data=URL></object>"
                                        + "<script type=speculationrules>{\"prerender\":[{\"source\":\"list\","
                                        + "\"urls\":[\"URL\"],\"eagerness\":\"immediate\"}]}</script><p id=end>end")
                                .replace("URL", server.url())))
                        .contentType("text/html")
                        .start()) {
            browser.open(other.url().replace("127.0.0.1", "localhost"));
            browser.awaitText("end", "end");
            Wait.until(
                    "all are refused",
                    () -> server.accessLines().stream()
                                    .filter(line -> line.contains(" 403 "))
                                    .count()
                            >= 4);
            browser.open("view-source:" + server.url());
            browser.faults(); // the 403
            assertRuns(0);
        }
    }

    /** A browser has six connections for one server; those of kept runs are given away by tabs that nobody sees. */
    @ParameterizedTest
    @CsvSource({"false, 6", "true, 8"})
    void manyTabsAtOnceCanBeStopped(boolean keeps, int count) throws IOException {
        var setup = counting("echo here; sleep 100");
        try (var server = (keeps ? setup.keep(Duration.ofHours(1)) : setup).start()) {
            var first = browser.driver().getWindowHandle();
            var tabs = new ArrayList<String>();
            for (var i = 0; i < count; i++) {
                browser.driver().switchTo().newWindow(WindowType.TAB).get(server.url() + "?" + i);
                tabs.add(browser.driver().getWindowHandle());
            }
            for (var tab : tabs) {
                browser.driver().switchTo().window(tab);
                browser.awaitState("Running");
                browser.click("stop");
                browser.awaitState("Stopped after .*");
                browser.driver().close();
            }
            browser.driver().switchTo().window(first);
            server.awaitNoRun();
            browser.faults(); // where nothing had come since: 500
        }
    }

    @Test
    void aRefusalIsReadable() throws IOException {
        try (var server = counting("sleep 100").maxRuns(1).start();
                var first = server.get("/")) {
            assertThat(first.status()).isEqualTo(200);
            browser.open(server.url());
            browser.awaitState("503: All runs are taken.*");
            browser.faults(); // the 503
        }
    }
}
