@NullMarked
package io.leat.features.offline.consistency;

import org.jspecify.annotations.NullMarked;
