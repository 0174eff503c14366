// Package trustdb keeps trust material: at the centre each proposal with its effect, who made and who approved it, and at a station what
// the centre published. It exists so that no single person decides whom a whole country's counters trust. It must never publish what only
// one person has seen.
package trustdb
