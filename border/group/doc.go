// Package group is people who travel together: a bus, a ship's passengers, a family. A manifest is ticked off by scanning documents
// in any order; what needs an officer comes first, who is clean crosses in one act, and at the end manifest and crossings are held
// against each other. Everybody keeps a record of his own. The package must never admit anybody who is not clean, and never lose a
// line of a manifest because it could not be read.
package group
