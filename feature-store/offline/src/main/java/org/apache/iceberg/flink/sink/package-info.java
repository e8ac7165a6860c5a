/**
 * What the offline store adds to Iceberg's Flink sink, in its package because the parts that it is
 * made of are not public.
 */
@NullMarked
package org.apache.iceberg.flink.sink;

import org.jspecify.annotations.NullMarked;
