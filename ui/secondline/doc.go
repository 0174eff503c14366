// Package secondline answers the screens of the second line over HTTP: it turns requests into calls of border/secondline and what comes
// back into the view. It decides nothing itself, takes no finding from the browser, and never lets one person sign for two.
package secondline
