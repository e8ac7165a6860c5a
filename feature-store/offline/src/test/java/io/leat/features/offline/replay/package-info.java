@NullMarked
package io.leat.features.offline.replay;

import org.jspecify.annotations.NullMarked;
