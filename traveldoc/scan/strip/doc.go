// Package strip holds grey pictures and cuts a line of print out of them into cells of one fixed size: whatever the resolution, the
// orientation and the light, a character comes out upright, the same number of pixels tall, with ink near 1 and paper near 0. It exists
// because the page reader and the program that trains its classifier must see characters through the very same eyes. It must never
// allocate by what a picture claims to be: the sizes that it is given were checked before.
package strip
