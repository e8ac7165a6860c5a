/**
 * Benchmarks that take the feature server's parts one by one, and so live where those do. Imports
 * the feature server; nothing imports it.
 */
@NullMarked
package io.leat.features.server;

import org.jspecify.annotations.NullMarked;
