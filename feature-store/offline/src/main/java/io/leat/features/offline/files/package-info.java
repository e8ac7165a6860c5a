/**
 * The data files of a table: rows read from them, and written into them in the table's order.
 *
 * <p>{@link io.leat.features.offline.files.SortedRowWriter} sorts rows that come in any order;
 * {@link io.leat.features.offline.files.SortedFiles} merges files that are sorted already. Commits
 * nothing and knows no topic: the sink and the maintenance do that. Imports nothing else of Leat.
 */
@NullMarked
package io.leat.features.offline.files;

import org.jspecify.annotations.NullMarked;
