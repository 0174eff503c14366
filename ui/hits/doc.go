// Package hits answers the pages of a crossing point's hits over HTTP. It decides nothing itself: alerts/hit does. It must never let
// somebody be the second person without his own secret.
package hits
