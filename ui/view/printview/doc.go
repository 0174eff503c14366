// Package printview draws fingerprints side by side: the image, the minutiae over it, and the pairs that two prints have in common, by
// number, shape and colour together. It exists so that every page that shows a comparison shows the same one.
//
// It must never hold an image itself: images come from audited addresses that nothing keeps.
package printview
