/**
 * The page that an operator keeps open: the pipeline as a picture with rate and lag on every edge,
 * dead letters by reason, open alerts worst first, models, the newest records of a topic.
 *
 * <p>{@code Console} serves it; {@code Refresher} keeps one {@code Snapshot} fresh in the
 * background, out of what {@code LogReader} reads from the platform's topics and of the figures
 * that whoever opens the console gives; {@code Page} and {@code PipelinePicture} make HTML of it. A
 * page view reads the snapshot and nothing else, so that a hundred open pages cost the brokers what
 * one costs. Nothing here writes to the platform.
 *
 * <p>Imports the definitions ({@code io.leat.pipeline}), the records and topics ({@code
 * io.leat.schemas}) and the services' HTTP server ({@code io.leat.runtime}); no job.
 */
@NullMarked
package io.leat.console;

import org.jspecify.annotations.NullMarked;
