declare module 'lucide/dist/esm/icons/*' {
  /** Shapes as tag and attributes, in a box of 24 by 24. */
  const icon: [tag: string, attributes: Record<string, string | number>][];
  export default icon;
}
