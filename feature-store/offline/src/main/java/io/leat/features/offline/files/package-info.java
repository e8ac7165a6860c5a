/**
 * The data files of a table: rows read from them, and written into them in the table's order.
 *
 * <p>{@link io.leat.features.offline.files.SortedRowWriter} sorts rows that come in any order.
 * Commits nothing and knows no topic: the sink does that. Imports nothing else of Leat.
 */
@NullMarked
package io.leat.features.offline.files;

import org.jspecify.annotations.NullMarked;
