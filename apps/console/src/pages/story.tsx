export { StoryPage as default } from './story/story-page';
