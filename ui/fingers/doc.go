// Package fingers answers the screen on which fingerprints are taken: it turns requests into calls of border/fingers and shows what comes
// back, and it brings the reader's live picture to the browser, which never talks to the reader. It decides nothing itself.
package fingers
