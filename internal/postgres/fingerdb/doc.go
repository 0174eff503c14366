// Package fingerdb keeps fingerprints at a crossing point: each print's template and image sealed under its bearer's own key, in tables that
// name nobody (schema biometric), and apart from them whose they are (finger_link, finger_taking). It exists so that a traveller can be
// verified against his file and searched for among all, and so that destroying one key erases all his prints.
//
// It must never keep or send a plain byte, never put anything that names a person into the schema biometric, never send what no decision
// settled, and never take a print for a reference that did not match its file. Prints are in clear in the memory of whoever asked alone.
package fingerdb
