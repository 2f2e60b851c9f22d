package streamer.clients;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.logging.Level;
import org.openqa.selenium.By;
import org.openqa.selenium.JavascriptExecutor;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import streamer.testing.Wait;

/** Chromium without a screen, and what a person sees in it of a page of streamer's. */
final class Browser implements AutoCloseable {
    private final ChromeDriver driver;

    Browser() {
        var options = new ChromeOptions()
                .setBinary("/usr/bin/chromium")
                .addArguments("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1200,800");
        var logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, Level.ALL);
        options.setCapability(ChromeOptions.LOGGING_PREFS, logs);
        System.setProperty("webdriver.chrome.driver", "/usr/bin/chromedriver"); // else one is looked for in the network
        driver = new ChromeDriver(options);
    }

    /** Opens an address, as one who types it. */
    void open(String url) {
        driver.get(url);
    }

    ChromeDriver driver() {
        return driver;
    }

    WebElement element(String id) {
        return driver.findElement(By.id(id));
    }

    /** The text of an element that is seen. */
    String text(String id) {
        return element(id).getText();
    }

    String address() {
        return String.valueOf(driver.getCurrentUrl());
    }

    void click(String id) {
        Wait.until(id + " is enabled", () -> element(id).isEnabled());
        element(id).click();
    }

    void awaitState(String state) {
        awaitText("state", state);
    }

    void awaitText(String id, String text) {
        Wait.within(Wait.LONG, () -> id + " is " + text + ", not " + text(id), () -> text(id).matches(text));
    }

    /** The lines that are drawn, without their numbers. */
    List<String> lines() {
        return strings("return [...document.querySelectorAll('#lines > li .text')].map(line => line.textContent)");
    }

    void awaitLines(String... lines) {
        Wait.within(Wait.LONG, () -> "these lines: " + lines(), () -> lines().equals(List.of(lines)));
    }

    /** Waits until the last of more lines than can be seen is at the bottom. */
    void awaitEndAtBottom() {
        Wait.until(
                "the end is at the bottom",
                () -> run("const [log, list] = ['log', 'lines']"
                                + ".map(id => document.getElementById(id).getBoundingClientRect());"
                                + "return list.height > log.height && Math.abs(log.bottom - list.bottom) < 2")
                        .equals(true));
    }

    /** From now on {@link #copied} knows what is copied on this page. */
    void listenToCopies() {
        run("document.addEventListener('copy',"
                + " event => { window.copied = event.clipboardData.getData('text/plain') })");
    }

    String copied() {
        return String.valueOf(run("return window.copied"));
    }

    /** Presses keys where the focus is. */
    void press(CharSequence... keys) {
        driver.switchTo().activeElement().sendKeys(keys);
    }

    /** The id of the element that has the focus. */
    String focused() {
        return String.valueOf(run("return document.activeElement.id"));
    }

    Object run(String script, Object... arguments) {
        var result = ((JavascriptExecutor) driver).executeScript(script, arguments);
        return result == null ? "" : result;
    }

    List<String> strings(String script) {
        return ((List<?>) run(script)).stream().map(String::valueOf).toList();
    }

    /** Shows the page dark or light, and as wide as so many pixels. */
    void show(boolean isDark, int width) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of(
                        "features",
                        List.of(Map.of("name", "prefers-color-scheme", "value", isDark ? "dark" : "light"))));
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", 800, "deviceScaleFactor", 1, "mobile", false));
    }

    /** What axe-core's rules of accessibility find. */
    List<String> barriers() throws IOException {
        try (var rules = Browser.class.getResourceAsStream("/axe.min.js")) {
            run(new String(Objects.requireNonNull(rules).readAllBytes(), StandardCharsets.UTF_8));
        }
        var found = driver.executeAsyncScript(
                "const done = arguments[0]; axe.run().then(result => done("
                        + "result.violations.map(one => one.id + ': ' + one.nodes.map(node => node.html + ' ' + node.failureSummary).join(', '))))");
        return ((List<?>) Objects.requireNonNull(found))
                .stream().map(String::valueOf).toList();
    }

    /** How an element looks, by CSS. */
    String style(String selector, String property) {
        return driver.findElement(By.cssSelector(selector)).getCssValue(property);
    }

    /** What the console has of faults. */
    List<String> faults() {
        return driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .filter(entry -> entry.getLevel().intValue() >= Level.WARNING.intValue())
                .map(LogEntry::getMessage)
                .filter(message -> !message.contains("/favicon.ico"))
                .filter(message -> !message.contains("ERR_CONNECTION_REFUSED")) // the test's server is closed first
                .toList();
    }

    @Override
    public void close() {
        driver.quit();
    }
}
