/**
 * {@code leat backtest}: logged vectors scored by another version. Reads topics, the registry and
 * the store of artifacts; writes a report, and nothing to a topic.
 *
 * <pre>
 * features.&lt;service&gt;, scores.&lt;model&gt; ─▶ SpanReader ─▶ rows ─▶ LabelReader ─▶ Backtest ─▶ Report ─▶ text, JSON, page
 *                           &lt;event&gt;.valid of spine and label ──┘
 * </pre>
 */
@NullMarked
package io.leat.cli.backtest;

import org.jspecify.annotations.NullMarked;
