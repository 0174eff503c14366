// Package screen has every expected person looked at before he arrives, by the checks that the counter uses: as soon as a message tells of
// him, again when a check had no answer, when an alert changed or an analyst decided. What comes of it opens the hit workflow, tells the
// crossing point, and, when the carrier was told otherwise, tells him.
//
// It must never leave a person unscreened because the program stopped, never call somebody fine whom it did not check, and never write a
// name, a document or a reference to a log.
package screen
