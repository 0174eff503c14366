// Package exhibitview draws what was kept of travel documents with decisions, and how far its sending is. It must never put a person's
// data into a title or an address, and never show as kept what was destroyed.
package exhibitview
