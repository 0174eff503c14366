// Package trustdb keeps trust material: at the centre each import with who proposed and who approved it, at a station what the centre
// published. It must never publish what only one person has seen.
package trustdb
