export const CATEGORIES: Readonly<Record<string, readonly string[]>> = {
  kitchen: ['Kettle', 'Skillet', 'Bread Knife', 'Mixing Bowl', 'Coffee Grinder', 'Teapot', 'Cutting Board'],
  garden: ['Watering Can', 'Secateurs', 'Trowel', 'Bird Feeder', 'Lantern', 'Plant Pot', 'Hose Reel'],
  office: ['Desk Lamp', 'Notebook', 'Fountain Pen', 'Paper Tray', 'Monitor Stand', 'Desk Mat', 'Wall Clock'],
  outdoor: ['Rucksack', 'Tent', 'Sleeping Bag', 'Camp Stove', 'Water Bottle', 'Head Torch', 'Hammock'],
  toys: ['Wooden Train', 'Puzzle', 'Kite', 'Marble Run', 'Building Blocks', 'Rocking Horse', 'Yo-Yo'],
  audio: ['Headphones', 'Turntable', 'Radio', 'Speaker', 'Microphone', 'Metronome', 'Record Rack'],
};

export const QUALITIES = [
  'Copper',
  'Oak',
  'Enamel',
  'Linen',
  'Steel',
  'Walnut',
  'Ceramic',
  'Cork',
  'Brass',
  'Bamboo',
  'Slate',
  'Canvas',
];

export const PRAISE = [
  'made to be repaired',
  'light enough for every day',
  'tested for ten years of use',
  'from a small workshop in the mountains',
  'the one our own staff buys',
  'packed without plastic',
];

export const TAGS = ['new', 'bestseller', 'gift', 'handmade', 'recycled', 'compact', 'classic'];

export const FIRST_NAMES = [
  'Ada',
  'Bruno',
  'Chiara',
  'Dmitri',
  'Elif',
  'Femi',
  'Grace',
  'Hiro',
  'Ines',
  'Jonas',
  'Kavya',
  'Liam',
  'Mei',
  'Nadia',
  'Omar',
  'Petra',
];

export const LAST_NAMES = [
  'Almeida',
  'Bauer',
  'Conti',
  'Dubois',
  'Eriksen',
  'Farouk',
  'Garcia',
  'Hansen',
  'Ito',
  'Jansen',
  'Kowalski',
  'Lindqvist',
  'Moreau',
  'Novak',
  'Okafor',
  'Rossi',
];

export const CANCEL_REASONS = [
  'changed my mind',
  'found it cheaper',
  'delivery takes too long',
  'ordered by mistake',
  'payment failed',
];

/** By rating, from one star to five. */
export const REVIEW_COMMENTS: readonly (readonly string[])[] = [
  ['broke in the first week', 'not what the picture shows'],
  ['smaller than expected', 'arrived scratched'],
  ['does the job', 'fine for the price'],
  ['good, would buy again', 'solid and well made'],
  ['a joy to use', 'better than I hoped', 'the best one I have owned'],
];
