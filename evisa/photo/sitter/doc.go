// Package sitter draws portraits of people who do not exist, shaded so that face detectors know them for faces. It exists for tests, demonstrations
// and training: nobody's photograph is needed. It must never be taken for a measure of how well real faces are found.
package sitter
