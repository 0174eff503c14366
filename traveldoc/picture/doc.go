// Package picture identifies and decodes images that strangers hand in: page scans, photographs, portraits out of chips. It exists so
// that every image passes one gate: told by its first bytes, bounded in size, sides, pixels and work before any pixel is decoded. It
// must never trust a file's name or declared type, never start a program, and never give a picture instead of an error.
package picture
