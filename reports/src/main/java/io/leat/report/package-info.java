/**
 * Reports as JSON, and as pages for people: text, tables and plots as SVG, which load nothing and
 * have no script. Records of other modules enter, texts leave; knows no other package of Leat.
 */
@NullMarked
package io.leat.report;

import org.jspecify.annotations.NullMarked;
