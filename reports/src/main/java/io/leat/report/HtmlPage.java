package io.leat.report;

import java.util.Locale;

/**
 * A page that is a file of its own: it loads nothing, and has no script. Light or dark as the
 * reader has it. Made of what is appended, from top to bottom; confined to one thread.
 */
public final class HtmlPage {
  private static final String STYLE =
      """
      :root { color-scheme: light dark; --ink: #1d2a33; --paper: #fbfbf9; --line: #c9d1d6; --one: #a86a00; --other: #1f6f8b; --good: #2f7d4f; --bad: #b3372f; }
      @media (prefers-color-scheme: dark) { :root { --ink: #e3e8eb; --paper: #14191c; --line: #3a454c; --one: #e0a44a; --other: #5cb3d0; --good: #63c58b; --bad: #ef7a70; } }
      body { margin: 1.4rem; font: 14px/1.45 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
      pre { overflow-x: auto; font: 12px/1.5 ui-monospace, monospace; }
      table { border-collapse: collapse; margin: 0 0 1.4rem; }
      th, td { padding: .3rem .8rem .3rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
      .number { text-align: right; font-variant-numeric: tabular-nums; }
      figure { display: inline-block; margin: 0 2rem 1.4rem 0; }
      figcaption { max-width: 340px; }
      svg text { font: 11px system-ui, sans-serif; fill: var(--ink); }
      .frame { fill: none; stroke: var(--line); }
      .even { stroke: var(--line); stroke-dasharray: 4 4; }
      .one { stroke: var(--one); fill: none; stroke-width: 1.6; }
      .other { stroke: var(--other); fill: none; stroke-width: 1.6; }
      .one-point { fill: var(--one); }
      .other-point { fill: var(--other); fill-opacity: .7; }
      .one-text { color: var(--one); font-weight: 600; }
      .other-text { color: var(--other); font-weight: 600; }
      .good-text { color: var(--good); font-weight: 600; }
      .bad-text { color: var(--bad); font-weight: 600; }
      """;

  private final StringBuilder page = new StringBuilder();

  /**
   * Begins a page.
   *
   * @param title plain text, which is its heading too
   */
  public HtmlPage(String title) {
    page.append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>")
        .append(escaped(title))
        .append("</title><style>\n")
        .append(STYLE)
        .append("</style></head><body>\n<h1>")
        .append(escaped(title))
        .append("</h1>\n");
  }

  /**
   * Appends.
   *
   * @param html of which plain text has been {@link #escaped}
   */
  public HtmlPage add(String html) {
    page.append(html).append('\n');
    return this;
  }

  /**
   * Appends a plot.
   *
   * @param svg of its own, its colours those of the page
   * @param caption plain text
   */
  public HtmlPage figure(String svg, String caption) {
    return add("<figure>%s<figcaption>%s</figcaption></figure>".formatted(svg, escaped(caption)));
  }

  /**
   * Appends text as it stands.
   *
   * @param text plain text
   */
  public HtmlPage preformatted(String text) {
    return add("<pre>" + escaped(text) + "</pre>");
  }

  /** The whole page. */
  public String html() {
    return page + "</body></html>\n";
  }

  /** Plain text as HTML, between tags and in quoted attributes. */
  public static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }

  /** A coordinate in an SVG: a tenth of a pixel is enough. */
  public static String coordinate(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }

  /** A number in a table or at an axis; - of NaN. */
  public static String number(double value) {
    return Double.isNaN(value)
        ? "-"
        : value == Math.rint(value) && Math.abs(value) >= 2
            ? String.format(Locale.ROOT, "%,d", (long) value)
            : String.format(Locale.ROOT, "%.4f", value);
  }
}
